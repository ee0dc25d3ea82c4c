"""The cast's page: whom a visitor may be. It exists in a demo alone, and for the machine that the demo runs on."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from siyanat.accounts import loopback
from siyanat.accounts import models as accounts
from siyanat.demo import cast as casts
from siyanat.demo import home as homes
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster

View = Callable[..., HttpResponseBase]


def only_in_the_demo(view: View) -> View:
    """Absent (404) unless this is a demo and the visitor sits at its machine."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *arguments: object, **named: object) -> HttpResponseBase:
        if not settings.DEMO or not loopback.is_local(request):
            raise errors.NotFound
        return view(request, *arguments, **named)

    return guarded


@gates.admit_public
@only_in_the_demo
@require_GET
@never_cache
def show_cast(request: HttpRequest) -> HttpResponse:
    """Whom a visitor may be, with the code that each authenticator shows now."""
    kept = _secrets()
    people = {
        person.user.username: person
        for person in roster.Person.objects.filter(user__username__in=kept.second_factors).select_related(
            "user", "unit"
        )
        if person.user is not None
    }
    rows = [_row(player, people[player.username], kept) for player in casts.CAST if player.username in people]
    _code, seconds = homes.current_code(next(iter(kept.second_factors.values())), at=time.time())
    context = {"rows": rows, "password": kept.password, "seconds": seconds, "nav": []}  # whoever is signed in
    response = render(request, "demo/cast.html", context)
    response.headers["Refresh"] = str(seconds)  # new codes, without a script
    return response


def _row(player: casts.Player, person: roster.Person, kept: homes.Secrets) -> dict[str, object]:
    code, _seconds = homes.current_code(kept.second_factors[player.username], at=time.time())
    post = person.posts.select_related("unit").filter(role=player.role).first()
    return {
        "player": player,
        "person": person,
        "role": roster.HeldPost.Role(player.role).label,
        "unit": post.unit if post else person.unit,
        "code": code,
    }


@gates.admit_public
@only_in_the_demo
@require_POST
def sign_in_as(request: HttpRequest, username: str) -> HttpResponseBase:
    """Sign in as one of the cast: name and password are checked as at the door, the second factor is the demo's own."""
    kept = _secrets()
    if casts.player(username) is None:
        raise errors.NotFound
    user = auth.authenticate(request, username=username, password=kept.password)
    if not isinstance(user, accounts.User) or not user.is_demo:
        raise errors.NotFound
    auth.logout(request)
    auth.login(request, user)
    record_authentication(request, user, method="password", username=username)
    record_authentication(request, user, method="mfa", type="totp")
    return redirect("/")


def _secrets() -> homes.Secrets:
    kept = homes.read(homes.Home(settings.HOME))
    if kept is None:
        raise errors.NotFound
    return kept
