"""Pages of the log: list, one entry with its proof, checkpoints, the key.

The log stands below the roster and can't name roles: the gatekeeper admits this module's views
(``queries.READERS``, with a second factor). What is personal opens by an act of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from siyanat.ledger import checkpoints as checkpoint_acts
from siyanat.ledger import (
    facts,
    forms,
    keys,
    kinds,
    models,
    operations,
    proofs,
    queries,
    submission,
    verification,
    witnessing,
)
from siyanat.lib import errors

SHORT = 32  # identifiers from this length on are UUIDs and digests


class ReaderRequest(HttpRequest):
    """A request that passed the gatekeeper."""

    viewer: queries.Reader
    now: dt.datetime


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _short(identifier: str) -> str:
    """An identifier as lists show it: ``recording:538f2b0b…``."""
    kind, colon, rest = identifier.rpartition(":")
    return identifier if len(rest) < SHORT else f"{kind}{colon}{rest[:8]}…"


def _by(entry: models.Entry, people: Mapping[str, str], logins: Mapping[str, str]) -> str:
    """Who acted, in words: a person, a login without one, or one of the system's processes."""
    if kinds.is_process(entry.actor):
        return kinds.process_name(entry.actor)
    return people.get(entry.actor) or logins.get(entry.actor) or _short(entry.actor)


@require_GET
def log(request: ReaderRequest) -> HttpResponse:
    """Entries, newest first, by act, actor, subject and time."""
    form = forms.FilterForm(request.GET)
    page = queries.list_entries(
        request.viewer,
        form.wanted(),
        before=_number(request.GET.get("before")),
        after=_number(request.GET.get("after")),
    )
    people, logins = queries.name_people(page.entries), queries.name_actors(page.entries)
    rows = [
        (one, kinds.sentence_for(one.kind), _by(one, people, logins), _short(one.subject))
        for one in page.entries
    ]
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "page": page,
        "checkpoint": queries.last_checkpoint(),
        "is_witness": witnessing.is_witness() or witnessing.list_logs().exists(),
        "is_part": not queries.reads_all(request.viewer),
        "lag": verification.sealing_lag(now=request.now),
        "verified": verification.last_run(),
    }
    return render(request, "ledger/log.html", context)


@require_GET
def entry(request: ReaderRequest, entry_id: int) -> HttpResponse:
    """One entry: what was hashed, where it stands in the tree, and whether values stand behind it."""
    return _show_entry(request, queries.get_visible_entry(request.viewer, entry_id), opened=None)


def _show_entry(
    request: ReaderRequest, found: models.Entry, *, opened: list[models.Disclosure] | None
) -> HttpResponse:
    body = queries.read_body(found)
    last = queries.last_checkpoint()
    context = {
        "entry": found,
        "sentence": kinds.sentence_for(found.kind),
        "actor_name": _by(found, queries.name_people([found]), queries.name_actors([found])),
        "facts": facts.read(body["facts"]),
        "commitments": [
            (facts.NAMES.get(name, name), digest) for name, digest in sorted(body["commitments"].items())
        ],
        "has_values": found.disclosures.exists(),
        "may_open": queries.may_open(request.viewer, found),
        "may_erase": queries.may_erase(request.viewer, found),
        "opened": opened,
        "sealed": last is not None and found.position is not None and found.position < last.size,
        "crumbs": [(_("Log"), reverse("ledger:log")), (str(found.pk), "")],
    }
    return render(request, "ledger/entry.html", context)


@require_POST
def open_values(request: ReaderRequest, entry_id: int) -> HttpResponse:
    """Show the personal values; the reading is logged."""
    found = queries.get_visible_entry(request.viewer, entry_id)
    if not queries.may_open(request.viewer, found):
        raise errors.NotFound
    values = operations.open_disclosures(entry=found, actor=request.viewer.actor, now=request.now)
    return _show_entry(request, found, opened=values)


@require_POST
def erase(request: ReaderRequest, entry_id: int) -> HttpResponseRedirect:
    """Erase one personal value."""
    found = queries.get_visible_entry(request.viewer, entry_id)
    form = forms.ReasonForm(request.POST)
    if not queries.may_erase(request.viewer, found):
        raise errors.NotFound
    if not form.is_valid():
        raise errors.Refusal("ledger.reason_missing")
    operations.erase_disclosure(
        entry_id=found.pk,
        name=form.cleaned_data["name"],
        reason=form.cleaned_data["reason"],
        actor=request.viewer.actor,
        now=request.now,
    )
    return redirect("ledger:entry", entry_id=found.pk)


@require_GET
def proof(request: ReaderRequest, entry_id: int) -> HttpResponse:
    """The inclusion proof of an entry, as a file."""
    return _file(
        proofs.prove(queries.get_visible_entry(request.viewer, entry_id)), f"entry-{entry_id}.tlog-proof"
    )


@require_GET
def body(request: ReaderRequest, entry_id: int) -> HttpResponse:
    """The very bytes of which the leaf hash stands in the tree."""
    return _file(queries.get_visible_entry(request.viewer, entry_id).body, f"entry-{entry_id}.json")


@require_GET
def checkpoints(request: ReaderRequest) -> HttpResponse:
    """Signed heads, newest first, whether the level above has them, and how far each witness is."""
    heads = queries.list_checkpoints(before=_number(request.GET.get("before")))
    standings = submission.list_standings()
    for_witness = keys.load_cosigner().verifier().encode() if witnessing.is_witness() else ""
    context = {
        "heads": heads,
        "older": heads[-1].size if len(heads) == queries.PAGE else None,
        "has_level_above": checkpoint_acts.has_level_above(),
        "witnesses": standings,
        "cosigned_size": max((one.state.size for one in standings), default=0),
        "witness_key": for_witness,
        "now": request.now,
        "key": keys.load_signer().verifier().encode(),
        "crumbs": [(_("Log"), reverse("ledger:log")), (_("Checkpoints"), "")],
    }
    return render(request, "ledger/checkpoints.html", context)


@require_GET
def checkpoint(_request: ReaderRequest, size: int) -> HttpResponse:
    """A signed note, as a file."""
    return _file(submission.cosigned(queries.get_checkpoint(size)), f"{size}.checkpoint")


@require_GET
def key(_request: ReaderRequest) -> HttpResponse:
    """The verifier key, as a file: to be handed out apart from any export."""
    return _file(keys.load_signer().verifier().encode() + "\n", "verifier-key.txt")


@require_GET
def below(request: ReaderRequest) -> HttpResponse:
    """Logs of the level below that are witnessed here, and heads of theirs that were refused."""
    context = {
        "logs": witnessing.list_logs(),
        "silent": {log.pk for log in witnessing.list_silent(now=request.now)},
        "refused": witnessing.list_refused()[: queries.PAGE],
        "may_note": bool(request.viewer.paths(*witnessing.OVERSIGHT)),
        "is_witness": witnessing.is_witness(),
        "crumbs": [(_("Log"), reverse("ledger:log")), (_("Logs of the level below"), "")],
    }
    return render(request, "ledger/below.html", context)


@require_POST
def note_refusal(request: ReaderRequest, refused_id: int) -> HttpResponseRedirect:
    """Oversight takes up a refused head."""
    witnessing.note_refusal(reader=request.viewer, refused_id=refused_id, now=request.now)
    return redirect("ledger:below")


@require_GET
def refused(_request: ReaderRequest, refused_id: int) -> HttpResponse:
    """Both signed heads that contradict each other, as a file: the proof."""
    row = witnessing.get_refused(refused_id)
    return _file(f"{row.known}\n{row.note}", f"refused-{refused_id}.txt")


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
