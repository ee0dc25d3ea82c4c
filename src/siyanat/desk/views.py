"""Pages of the desk: the kartabl and the jump box."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from siyanat.desk import items, operations, queries
from siyanat.roster import gates

SECTIONS = {
    "overdue": gettext_lazy("Overdue"),
    "soon": gettext_lazy("Within a day"),
    "later": gettext_lazy("Later"),
    "open": gettext_lazy("Without a deadline"),
}


@gates.admit_signed_in
@require_GET
def kartabl(request: gates.ViewerRequest) -> HttpResponse:
    """What waits for the viewer, by deadline; ``?kind=`` narrows it to one kind of thing."""
    found = queries.read_kartabl(request.viewer, now=request.now)
    kind = request.GET.get("kind", "")
    work = [group for group in found.groups if group.source.kind != "news"]
    kind = kind if kind in {group.source.kind for group in work} else ""
    context = {
        "kartabl": found,
        "sections": [(SECTIONS[name], name, rows, count) for name, rows, count in found.sections(kind)],
        "tabs": _tabs(work, kind),
        "glances": queries.list_glances(request.viewer, found),
        "rest": [group for group in work if group.found.url and (not kind or group.source.kind == kind)],
    }
    return render(request, "desk/kartabl.html", context)


def _tabs(work: list[items.Group], kind: str) -> list[dict[str, object]]:
    total = sum(group.found.total for group in work)
    tabs: list[dict[str, object]] = [{"label": _("All"), "url": "/", "current": not kind, "count": total}]
    return tabs + [
        {
            "label": group.source.label,
            "url": f"/?kind={group.source.kind}",
            "current": kind == group.source.kind,
            "count": group.found.total,
        }
        for group in work
    ]


@gates.admit_signed_in
@require_POST
def put_away(request: gates.ViewerRequest) -> HttpResponse:
    """Put a notice away."""
    operations.put_notice_away(viewer=request.viewer, notice=request.POST.get("notice", ""), now=request.now)
    return redirect("desk:kartabl")


@gates.admit_signed_in
@require_GET
def jump(request: gates.ViewerRequest) -> HttpResponse:
    """Go to what an identifier names; where several begin with it, list them."""
    text = request.GET.get("q", "")
    places = queries.find_places(request.viewer, text)
    exact = [place for place in places if place.is_exact]
    if len(exact) == 1 or len(places) == 1:
        return redirect((exact or places)[0].url)
    return render(request, "desk/jump.html", {"q": text, "places": places})
