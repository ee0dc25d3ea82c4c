"""Pages of people, their posts and their logins."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from siyanat.accounts import operations as accounts
from siyanat.lib import errors
from siyanat.roster import forms, gates, models, names, operations, pages, queries
from siyanat.roster.imports import people as people_sheet
from siyanat.roster.operations import second_person
from siyanat.roster.queries import people as people_queries
from siyanat.ui import forms as ui_forms

STAFF = people_queries.READERS
Role = gates.Role
OFFERED = 20
POST_GIVERS = (Role.ADMINISTRATOR, Role.STATION_HEAD, Role.INTEGRITY_OFFICER)


@gates.admit(*STAFF)
@require_safe
def people(request: gates.ViewerRequest) -> HttpResponse:
    """People of the viewer's units, searched, filtered, as a file."""
    get = request.GET
    unit = queries.find_unit(request.viewer, get.get("unit", ""))
    rows = queries.list_people(
        request.viewer,
        now=request.now,
        q=get.get("q", ""),
        unit=unit,
        role=get.get("role", ""),
        left="left" in get,
        sort=get.get("sort", ""),
    )
    rows = rows if unit or not get.get("unit", "").strip() else rows.none()
    if pages.wanted_file(request):
        lines = (
            [
                one.personnel_number,
                "",
                one.given_name_fa,
                one.family_name_fa,
                one.given_name_en,
                one.family_name_en,
                one.unit.code,
            ]
            for one in rows
        )
        return pages.send_file(request, "people", people_sheet.SHEET.header(), lines)
    context = {
        "page": pages.page_of(request, rows),
        "roles": Role.choices,
        "may_add": request.viewer.holds(Role.ADMINISTRATOR),
    }
    return render(request, "roster/people.html", context)


@gates.admit(*STAFF)
@require_safe
def person_options(request: gates.ViewerRequest) -> HttpResponse:
    """The first few people of the viewer's units that fit what is typed in a box."""
    rows = queries.list_people(request.viewer, now=request.now, q=pages.typed_in_box(request), sort="name")
    options = [(one.personnel_number, f"{one.name} · {one.unit.name}") for one in rows[:OFFERED]]
    return render(request, "roster/options.html", {"options": options})


@gates.admit_signed_in
@require_safe
def person(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """One person: posts now and before, recent shifts, login."""
    shown = queries.get_person(request.viewer, person_id)
    administers = request.viewer.holds_over(shown.unit.path, Role.ADMINISTRATOR)
    recent = (
        queries.list_shifts(request.viewer)
        .filter(crew__person=shown, crew__superseded_at=None)
        .distinct()[:10]
    )
    context = {
        "person": shown,
        "posts": [
            (post, *operations.what_may_be_done_with(request.viewer, post, now=request.now))
            for post in queries.list_posts(request.viewer, shown)
        ],
        "now": request.now,
        "shifts": recent,
        "may_change": administers and shown.pk != request.viewer.person_id,
        "may_give": bool(operations.roles_to_give(request.viewer, shown.unit, now=request.now)),
        "proposals": second_person.open_proposals(now=request.now).filter(person=shown).select_related("unit")
        if administers
        else [],
        "to_agree": queries.list_proposals_to_agree(request.viewer, now=request.now).filter(person=shown),
        "has_second_factor": shown.user is not None and accounts.has_second_factor(shown.user),
    }
    return render(request, "roster/person.html", context)


@gates.admit(Role.ADMINISTRATOR)
def add_person(request: gates.ViewerRequest) -> HttpResponse:
    """Take somebody on the roster."""

    def do(data: dict[str, Any]) -> str:
        unit = data.pop("unit")
        particulars = operations.Particulars(**data)
        made = operations.add_person(
            viewer=request.viewer, particulars=particulars, unit=unit, now=request.now
        )
        return reverse("roster:person", args=[made.pk])

    return pages.act(
        request,
        forms.NewPersonForm(request.POST or None, viewer=request.viewer),
        title=_("Add a person"),
        submit=_("Add"),
        back=reverse("roster:people"),
        do=do,
        done=_("The person is on the roster."),
    )


@gates.admit(Role.ADMINISTRATOR)
def mend_person(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """Mend somebody's particulars."""
    shown = queries.get_person(request.viewer, person_id)

    def do(data: dict[str, Any]) -> str:
        particulars = operations.Particulars(**data)
        operations.mend_person(viewer=request.viewer, person=shown, particulars=particulars, now=request.now)
        return _address(shown)

    names = ("personnel_number", "given_name_fa", "family_name_fa", "given_name_en", "family_name_en")
    form = forms.PersonForm(
        request.POST or None, viewer=request.viewer, initial={name: getattr(shown, name) for name in names}
    )
    return pages.act(
        request,
        form,
        title=_("Mend the particulars"),
        submit=_("Save"),
        back=_address(shown),
        do=do,
        done=_("The particulars are mended."),
    )


@gates.admit(Role.ADMINISTRATOR)
def transfer_person(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """Move somebody to another unit."""
    shown = queries.get_person(request.viewer, person_id)

    def do(data: dict[str, Any]) -> str:
        operations.transfer_person(viewer=request.viewer, person=shown, unit=data["unit"], now=request.now)
        return _address(shown)

    return pages.act(
        request,
        forms.TransferForm(request.POST or None, viewer=request.viewer),
        title=_("Transfer to another unit"),
        submit=_("Transfer"),
        back=_address(shown),
        do=do,
        done=_("The person has moved."),
        lead=_("Posts stay as they are: end those that no longer hold and give new ones."),
    )


@gates.admit(Role.ADMINISTRATOR)
def let_person_go(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """Somebody leaves the force."""
    shown = queries.get_person(request.viewer, person_id)

    def do(_data: dict[str, Any]) -> str:
        operations.let_person_go(viewer=request.viewer, person=shown, now=request.now)
        return _address(shown)

    return pages.act(
        request,
        forms.Empty(request.POST or None),
        title=_("Leaving the force"),
        submit=_("Record the leaving"),
        back=_address(shown),
        do=do,
        done=_("Posts are ended and the login is closed."),
        danger=True,
        lead=_("All posts end now and the login is closed. What the person did stays on record."),
    )


@gates.admit(*POST_GIVERS)
def give_post(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """Give a post."""
    shown = queries.get_person(request.viewer, person_id)

    def do(data: dict[str, Any]) -> str:
        given = operations.give_post(viewer=request.viewer, person=shown, now=request.now, **data)
        messages.success(request, _("The post is given.") if given else _post_waits())
        return _address(shown)

    form = forms.PostForm(request.POST or None, viewer=request.viewer, initial={"unit": shown.unit.code})
    return pages.act(
        request,
        form,
        title=_("Give a post to %(person)s") % {"person": shown.name},
        submit=_("Give"),
        back=_address(shown),
        do=do,
        done="",
        lead=_(
            "A post that sees footage takes a second person, an integrity officer or an external overseer."
        )
        if request.viewer.holds(Role.ADMINISTRATOR)
        else "",
    )


@gates.admit(*POST_GIVERS)
def end_post(request: gates.ViewerRequest, post_id: int) -> HttpResponse:
    """End a post."""
    post = _get_post(request.viewer, post_id)

    def do(_data: dict[str, Any]) -> str:
        operations.end_post(viewer=request.viewer, post=post, now=request.now)
        return _address(post.person)

    title = _("End the post: %(role)s, %(unit)s") % {"role": post.get_role_display(), "unit": post.unit.name}
    return pages.act(
        request,
        forms.Empty(request.POST or None),
        title=title,
        submit=_("End it now"),
        back=_address(post.person),
        do=do,
        done=_("The post is ended."),
        danger=True,
        lead=_("Substitutes for this post end with it."),
    )


@gates.admit(*POST_GIVERS, Role.SHIFT_LEADER)
def substitute(request: gates.ViewerRequest, post_id: int) -> HttpResponse:
    """Name a substitute for a post."""
    post = _get_post(request.viewer, post_id)

    def do(data: dict[str, Any]) -> str:
        named = operations.substitute(viewer=request.viewer, post=post, now=request.now, **data)
        messages.success(request, _("The substitute is named.") if named else _post_waits())
        return _address(post.person)

    title = _("Substitute for: %(role)s, %(unit)s") % {
        "role": post.get_role_display(),
        "unit": post.unit.name,
    }
    return pages.act(
        request,
        forms.SubstituteForm(request.POST or None, viewer=request.viewer),
        title=title,
        submit=_("Name them"),
        back=_address(post.person),
        do=do,
        done="",
    )


@gates.admit(Role.ADMINISTRATOR, second_factor=True)
def open_login(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """Open a login; its temporary password is shown once."""
    shown = queries.get_person(request.viewer, person_id)
    form = forms.LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"]
        try:
            opened = operations.open_login(
                viewer=request.viewer, person=shown, username=name, now=request.now
            )
        except errors.NotFound:
            raise
        except errors.Refusal as refusal:
            ui_forms.add_refusal(form, refusal)
        else:
            if opened is None:
                messages.info(request, _waiting())
                return redirect(_address(shown))
            return _show_password(request, shown, opened[0].username, opened[1])
    context = {
        "form": form,
        "title": _("Open a login"),
        "submit": _("Open"),
        "back": _address(shown),
        "lead": _second_person_lead(shown, request.now),
    }
    return render(request, "roster/act.html", context, status=422 if form.errors else 200)


@gates.admit(Role.ADMINISTRATOR, second_factor=True)
def reset_password(request: gates.ViewerRequest, person_id: uuid.UUID) -> HttpResponse:
    """Give a new temporary password, shown once."""
    shown = queries.get_person(request.viewer, person_id)
    if request.method == "POST":
        password = operations.reset_login_password(viewer=request.viewer, person=shown, now=request.now)
        if password is None:
            messages.info(request, _waiting())
            return redirect(_address(shown))
        return _show_password(request, shown, str(shown.user), password)
    context = {
        "form": forms.Empty(),
        "title": _("New temporary password"),
        "submit": _("Make one"),
        "back": _address(shown),
        "lead": _second_person_lead(shown, request.now)
        or _("The present password stops working, and open sessions end."),
        "danger": True,
    }
    return render(request, "roster/act.html", context)


@gates.admit(Role.ADMINISTRATOR, second_factor=True)
def change_login(request: gates.ViewerRequest, person_id: uuid.UUID, act: str) -> HttpResponse:
    """Close or open a login, or forget its authenticator."""
    shown = queries.get_person(request.viewer, person_id)
    acts = {
        "close": (operations.close_login, _("Close the login"), _("The login is closed.")),
        "reopen": (operations.reopen_login, _("Open the login again"), _("The login is open again.")),
        "forget": (
            operations.reset_login_second_factor,
            _("Forget the authenticator"),
            _("At the next login another authenticator is set up."),
        ),
    }
    if act not in acts:
        raise errors.NotFound
    operation, title, done = acts[act]

    def do(_data: dict[str, Any]) -> str:
        outcome = operation(viewer=request.viewer, person=shown, now=request.now)
        messages.info(request, _waiting() if outcome is False else done)
        return _address(shown)

    return pages.act(
        request,
        forms.Empty(request.POST or None),
        title=title,
        submit=title,
        back=_address(shown),
        do=do,
        done="",
        danger=act != "reopen",
        lead=_second_person_lead(shown, request.now) if act == "forget" else "",
    )


@gates.admit(*second_person.OVERSIGHT, second_factor=True)
def agree_to_proposal(request: gates.ViewerRequest, proposal_id: int) -> HttpResponse:
    """Agree, as the second person, to a post that sees footage or to what opens a login that does."""
    rows = queries.list_proposals_to_agree(request.viewer, now=request.now)
    proposal = gates.get_in_scope(rows, pk=proposal_id)
    is_post = proposal.kind == models.Proposal.Kind.POST

    def do(_data: dict[str, Any]) -> str:
        operations.agree_to_proposal(viewer=request.viewer, proposal_id=proposal.pk, now=request.now)
        return _address(proposal.person)

    return pages.act(
        request,
        forms.Empty(request.POST or None),
        title=_("Agree: %(what)s") % {"what": names.proposal_name(proposal)},
        submit=_("Agree as the second person"),
        back=_address(proposal.person),
        do=do,
        done=_("Agreed. The post is given.")
        if is_post
        else _("Agreed. The administrator can do it now, once."),
        lead=_lead_of(proposal),
    )


def _lead_of(proposal: models.Proposal) -> str:
    told = {"who": names.account_name(proposal.proposed_by), "person": names.full_name(proposal.person)}
    if proposal.kind != models.Proposal.Kind.POST:
        lead = _(
            "%(who)s wants this for the login of %(person)s, who sees footage. Ask that person before you agree."
        )
        return lead % told
    return (
        _(
            "%(who)s wants %(person)s to hold this post, with which one sees footage. Agree only if you know why it is them; "
            "without your word it lapses after a week."
        )
        % told
    )


def _post_waits() -> str:
    return _("Proposed. The post is given when an integrity officer or an external overseer has agreed.")


def _waiting() -> str:
    return _("Proposed. It can be done when an integrity officer or an external overseer has agreed.")


def _second_person_lead(shown: models.Person, now: dt.datetime) -> str:
    if not operations.needs_second_person(shown, now=now):
        return ""
    return _(
        "This person sees footage: an integrity officer or an external overseer agrees first, then it can be done, once."
    )


def _show_password(
    request: gates.ViewerRequest, shown: models.Person, username: str, password: str
) -> HttpResponse:
    context = {"person": shown, "username": username, "password": password}
    response = render(request, "roster/password.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _address(shown: models.Person) -> str:
    return reverse("roster:person", args=[shown.pk])


def _get_post(viewer: gates.Viewer, post_id: int) -> models.HeldPost:
    rows = models.HeldPost.objects.filter(person__in=queries.visible_people(viewer))
    return gates.get_in_scope(rows.select_related("person__unit", "unit"), pk=post_id)
