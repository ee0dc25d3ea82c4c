"""Addresses that a viewer may enter: what is offered leads nowhere else. Nothing is read here."""

from __future__ import annotations

from django.urls import NoReverseMatch, resolve, reverse

from siyanat.roster import gates, middleware


def admits(viewer: gates.Viewer, url: str) -> bool:
    """Whether the view behind ``url`` admits the viewer (which rows it shows is for that view to say)."""
    admission = middleware.admission_of(resolve(url.partition("?")[0].partition("#")[0]).func)
    if admission is None:
        return False
    return admission.public or admission.roles is None or viewer.holds(*admission.roles)


def reach(viewer: gates.Viewer, name: str, *arguments: object, tail: str = "") -> str:
    """The address of a named view with ``tail`` (a query or an anchor); empty where the viewer is not admitted."""
    try:
        url = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    return url + tail if admits(viewer, url) else ""


def first_of(*urls: str) -> str:
    """The first address that leads anywhere."""
    return next((url for url in urls if url), "")
