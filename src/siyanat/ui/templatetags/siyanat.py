"""Filters and tags of every page; a built-in of the templates, so that no page needs to load it.

Kept here: thin wrappers over ``ui.formatting`` (what values say) and ``ui.graphics`` (where lines go), and
the components, each a template in ``ui/parts``. Nothing here asks the database. Each component is shown on
the style guide page, ``/ui/styleguide/``.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, gettext, pgettext

from siyanat.lib import clock
from siyanat.ui import errors, formatting, graphics, icons

register = template.Library()

Number = int | float | decimal.Decimal
THEMES = ("auto", "light", "dark")
NOTICE_ICONS = {"good": "check", "bad": "alert", "warn": "alert", "info": "info"}
NOTICE_TONES = {"success": "good", "error": "bad", "warning": "warn", "debug": "info"}
BADGE_ICONS = {"good": "check", "bad": "alert", "warn": "clock", "info": "info"}


# Filters: plain text, safe in attributes.


@register.filter
def digits(value: object) -> str:
    """``{{ code|digits }}``: Persian digits in Persian."""
    return formatting.digits(value)


@register.filter
def number(value: Number | None, places: int = 0) -> str:
    """``{{ count|number }}``, ``{{ rate|number:2 }}``."""
    return formatting.number(value, places=places)


@register.filter
def percent(value: Number | None, places: int = 0) -> str:
    """``{{ share|percent:1 }}``: a share between 0 and 1."""
    return formatting.percent(value if value is None else float(value), places=places)


@register.filter
def whole_percent(value: Number | None) -> str:
    """``{{ camera.battery_percent|whole_percent }}``: a whole number of percent, as devices tell it."""
    return formatting.percent(None if value is None else value / 100)


@register.filter
def jdate(value: dt.date | dt.datetime | None, style: str = "") -> str:
    """``{{ day|jdate }}``, ``{{ day|jdate:"long" }}``, ``{{ day|jdate:"weekday" }}``."""
    return formatting.date(value, style=style)


@register.simple_tag
def sentence(code: str, facts: Mapping[str, object]) -> str:
    """``{% sentence state.fault state.facts %}``: of an error that is kept in a table."""
    return errors.sentence_for(code, facts)


@register.filter
def jdatetime(value: dt.datetime | None, style: str = "") -> str:
    """``{{ at|jdatetime }}``; ``:"seconds"`` gives seconds too."""
    return formatting.moment(value, seconds=style == "seconds")


@register.filter
def jtime(value: dt.datetime | None, style: str = "") -> str:
    """``{{ at|jtime }}``; ``:"seconds"`` gives seconds too."""
    return formatting.time(value, seconds=style == "seconds")


@register.filter
def duration(value: dt.timedelta | Number | None, style: str = "") -> str:
    """``{{ length|duration }}``: a timedelta or minutes; styles ``seconds`` and ``clock``."""
    return formatting.duration(float(value) if isinstance(value, decimal.Decimal) else value, style=style)


@register.filter
def duration_ms(value: int | None, style: str = "") -> str:
    """``{{ recording.duration_ms|duration_ms }}``; styles ``seconds`` and ``clock``."""
    return formatting.duration_ms(value, style=style)


@register.filter
def size(value: int | None) -> str:
    """``{{ recording.size_bytes|size }}``."""
    return formatting.size(value)


@register.filter
def ident(value: object) -> SafeString:
    """``{{ camera.serial|ident }}``: an identifier, left to right and with its digits as stored."""
    shown = formatting.DASH if value in (None, "") else value
    return format_html('<bdi dir="ltr" class="ident">{}</bdi>', shown)


# Small tags.


@register.simple_tag
def when(value: dt.datetime | dt.date | None, style: str = "") -> SafeString:
    """``{% when shift.starts_at %}``: a ``<time>``; styles date, time, long, weekday, seconds."""
    if value is None:
        return mark_safe(formatting.DASH)  # noqa: S308 (a constant)
    if not isinstance(value, dt.datetime) or style in {"date", "long", "weekday"}:
        text = formatting.date(value, style=style)
    elif style == "time":
        text = formatting.time(value)
    else:
        text = formatting.moment(value, seconds=style == "seconds")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The reader's choice of light or dark, kept in a cookie so that the first paint is right."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("theme", "auto") if request else "auto"
    return chosen if chosen in THEMES else "auto"


@register.simple_tag(name="icon")
def draw_icon(name: str) -> SafeString:
    """``{% icon "clock" %}``: beside words, never instead of them; see ``ui.icons``."""
    return format_html(
        '<svg class="icon icon-{}" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"'
        ' focusable="false"><path d="{}"/></svg>',
        name,
        icons.PATHS[name],
    )


@register.simple_tag
def brand_mark() -> SafeString:
    """The product's mark: a shield with an open eye."""
    return mark_safe(
        '<svg class="brand-mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"'
        ' focusable="false">'
        '<path class="brand-shield" d="M16 2l12 4v9.5c0 7.2-4.8 12.5-12 14.5C8.8 28 4 22.7 4 15.5V6z"/>'
        '<path class="brand-line" d="M8.5 16s2.8-5 7.5-5 7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5z"/>'
        '<circle class="brand-eye" cx="16" cy="16" r="2.3"/></svg>'
    )


@register.simple_tag
def badge(label: object, tone: str = "neutral", icon: str = "") -> SafeString:
    """``{% badge case.get_state_display "warn" %}``; tones neutral, info, good, warn, bad."""
    name = icon or BADGE_ICONS.get(tone, "")
    drawing = draw_icon(name) if name else ""
    return format_html('<span class="badge badge-{}">{}{}</span>', tone, drawing, label)


@register.simple_tag
def state_badge(thing: object, field: str = "state") -> SafeString:
    """``{% state_badge camera %}``: a choice field's label, its tone from the model's ``STATE_TONES``."""
    value = getattr(thing, field)
    display = getattr(thing, f"get_{field}_display", None)
    tones: Mapping[str, str] = getattr(thing, f"{field.upper()}_TONES", {})
    return badge(display() if display else value, tones.get(str(value), "neutral"))


@register.simple_tag
def deadline(due_at: dt.datetime | None, done: object = False, now: dt.datetime | None = None) -> SafeString:  # noqa: FBT002
    """``{% deadline review.due_at done=review.signed_off_at %}``: how long is left, or how long overdue."""
    if due_at is None:
        return mark_safe(formatting.DASH)  # noqa: S308 (a constant)
    date = formatting.moment(due_at)
    if done:
        return format_html('<span class="chip chip-done">{}<span>{}</span></span>', draw_icon("check"), date)
    text, urgency = formatting.deadline(due_at, now=now or clock.now())
    drawing = draw_icon("alert" if urgency == "overdue" else "clock")
    return format_html(
        '<span class="chip chip-{}">{}<time datetime="{}" title="{}">{}</time></span>',
        urgency, drawing, due_at.isoformat(), date, text,
    )  # fmt: skip


@register.simple_tag
def button(label: object, href: str = "", kind: str = "", icon: str = "", **attributes: object) -> SafeString:
    """``{% button label href=url kind="primary" icon="plus" %}``: a link with ``href``, else a button.

    Kinds: primary, quiet, danger, or none. ``name``, ``value``, ``type`` and data attributes (underscores
    become dashes) are passed on: ``data_confirm="…"`` asks first, ``data_dialog="id"`` opens a dialog.
    """
    drawing = draw_icon(icon) if icon else ""
    classes = f"button button-{kind}" if kind else "button"
    pairs = ((name.replace("_", "-"), value) for name, value in attributes.items() if value)
    extra = format_html_join("", ' {}="{}"', pairs)
    if href:
        return format_html(
            '<a class="{}" href="{}"{}>{}<span>{}</span></a>', classes, href, extra, drawing, label
        )
    return format_html('<button class="{}"{}>{}<span>{}</span></button>', classes, extra, drawing, label)


# Links that keep the rest of the address.


@register.simple_tag(takes_context=True)
def querystring_with(context: Context, **changes: object) -> str:
    """``<a href="{% querystring_with page=2 %}">``: this address with some parameters changed.

    None drops a parameter. A change of anything but the page goes back to the first page.
    """
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else request.path


@register.inclusion_tag("ui/parts/sort_header.html", takes_context=True)
def sort_header(context: Context, name: str, label: object, numeric: bool = False) -> dict[str, object]:  # noqa: FBT001, FBT002
    """``{% sort_header "due_at" _("Deadline") %}``: a ``<th>`` that sorts by ``?sort=name`` or ``-name``."""
    request: HttpRequest = context["request"]
    current = request.GET.get("sort") or str(context.get("sort", ""))
    direction = {name: "ascending", f"-{name}": "descending"}.get(current, "")
    target = f"-{name}" if direction == "ascending" else name
    drawing = {"ascending": "sort-up", "descending": "sort-down"}.get(direction, "sort")
    url = querystring_with(context, sort=target)
    return {"url": url, "label": label, "direction": direction, "drawing": drawing, "numeric": numeric}


@register.inclusion_tag("ui/parts/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any]) -> dict[str, object]:
    """``{% pager page %}``: links around a page of Django's paginator, with the range that is shown."""
    links = [
        (shown, querystring_with(context, page=shown) if isinstance(shown, int) else "")
        for shown in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    before = querystring_with(context, page=page.previous_page_number()) if page.has_previous() else ""
    after = querystring_with(context, page=page.next_page_number()) if page.has_next() else ""
    return {
        "page": page,
        "links": links,
        "before": before,
        "after": after,
        "ellipsis": page.paginator.ELLIPSIS,
    }


@register.inclusion_tag("ui/parts/export_links.html", takes_context=True)
def export_links(context: Context, formats: str = "csv xlsx") -> dict[str, object]:
    """``{% export_links "csv xlsx pdf" %}``: this page's rows as a file, by ``?format=``."""
    return {"links": [(name.upper(), querystring_with(context, format=name)) for name in formats.split()]}


# Components.


@register.inclusion_tag("ui/parts/breadcrumbs.html")
def breadcrumbs(crumbs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """``{% breadcrumbs crumbs %}``: pairs of label and address; the last has an empty address."""
    return {"crumbs": crumbs}


@register.inclusion_tag("ui/parts/notice.html")
def notice(
    text: object, tone: str = "info", title: object = "", action_url: str = "", action_label: object = ""
) -> dict[str, object]:
    """``{% notice text tone="warn" title=… action_url=… action_label=… %}``; tones info, good, warn, bad."""
    tone = NOTICE_TONES.get(tone, tone) or "info"
    return {
        "text": text,
        "tone": tone,
        "title": title,
        "action_url": action_url,
        "action_label": action_label,
        "icon_name": NOTICE_ICONS.get(tone, "info"),
    }


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, label: object = "") -> dict[str, object]:
    """``{% field form.name %}``: label, help, control and errors of one field of a form."""
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    kind = "group" if group else "check" if isinstance(widget, CheckboxInput) else "line"
    return {"field": bound, "kind": kind, "label": label or bound.label}


@register.inclusion_tag("ui/parts/form_errors.html")
def form_errors(form: BaseForm, focus: bool = True) -> dict[str, object]:  # noqa: FBT001, FBT002
    """``{% form_errors form %}``: the errors of a form as a whole, with a link to each faulty field."""
    return {"form": form, "focus": focus, "faulty": [bound for bound in form if bound.errors]}


@register.inclusion_tag("ui/parts/tile.html")
def tile(
    label: object, value: object, note: object = "", tone: str = "", url: str = "", icon: str = ""
) -> dict[str, object]:
    """``{% tile _("Unexplained") minutes|duration note=… tone="bad" url=… %}``: one figure that matters."""
    return {"label": label, "value": value, "note": note, "tone": tone, "url": url, "icon": icon}


@register.inclusion_tag("ui/parts/empty.html")
def empty(
    title: object, text: object = "", url: str = "", action: object = "", icon: str = "inbox"
) -> dict[str, object]:
    """``{% empty _("Nothing waits for you") text=… url=… action=… %}``: where a list has no row."""
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.inclusion_tag("ui/parts/progress.html")
def progress(value: Number, total: Number = 100, label: object = "", ident: str = "") -> dict[str, object]:
    """``{% progress done total label=… %}``: how far long work has come."""
    share = float(value) / float(total) if total else 0.0
    return {
        "value": float(value),
        "total": float(total),
        "share": min(share, 1.0),
        "label": label,
        "ident": ident,
    }


@register.inclusion_tag("ui/parts/steps.html")
def steps(items: Sequence[str], current: int) -> dict[str, object]:
    """``{% steps labels 2 %}``: where one stands in an act of several steps; the first is 1."""
    return {
        "items": [(place, label, place < current, place == current) for place, label in enumerate(items, 1)]
    }


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: object = "") -> dict[str, object]:
    """``{% tabs items %}``: links with ``label``, ``url``, ``current`` and an optional ``count``."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/parts/details.html")
def details(rows: Sequence[tuple[object, object]]) -> dict[str, object]:
    """``{% details rows %}``: pairs of a term and what stands behind it."""
    return {"rows": rows}


KINDS = ("recorded", "excused", "unexplained", "awaited")
STRIP_KINDS = (*KINDS, "private")


def kind_label(kind: str) -> str:
    """The word for a kind of minute."""
    labels = {
        "recorded": pgettext("minutes of a shift", "Recorded"),
        "excused": pgettext("minutes of a shift", "Excused"),
        "unexplained": pgettext("minutes of a shift", "Unexplained"),
        "awaited": pgettext("minutes of a shift", "Awaited"),
        "private": pgettext("minutes of a shift", "Private moment"),
    }
    return labels.get(kind, kind)


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(
    spans: Iterable[object],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    label: object = "",
    axis: bool = True,  # noqa: FBT001, FBT002
    legend: bool = True,  # noqa: FBT001, FBT002
) -> dict[str, object]:
    """``{% timeline spans shift.starts_at shift.ends_at label=officer %}``: minutes as a strip.

    ``axis=False`` and ``legend=False`` leave those out, for strips one below another.

    Spans have ``kind`` (recorded, excused, unexplained, awaited, private), ``starts_at`` and ``ends_at``, and may have
    ``note``. Each kind has a pattern and a word besides its colour; a list says the same to a screen reader.
    """
    segments = graphics.timeline_segments(spans, starts_at=starts_at, ends_at=ends_at)
    present = {segment.kind for segment in segments}
    kinds = [kind for kind in STRIP_KINDS if kind in present and legend]
    shown = [
        {
            "segment": part,
            "label": kind_label(part.kind),
            "note": graphics.optional(part.source, "note"),
            "starts_at": graphics.read(part.source, "starts_at"),
            "ends_at": graphics.read(part.source, "ends_at"),
        }
        for part in segments
    ]
    ticks = graphics.time_ticks(starts_at=starts_at, ends_at=ends_at) if axis else []
    words = [(kind, kind_label(kind)) for kind in kinds]
    return {"segments": shown, "ticks": ticks, "label": label, "legend": words}


@register.inclusion_tag("ui/parts/minutes_bar.html")
def minutes_bar(minutes: object, legend: bool = True) -> dict[str, object]:  # noqa: FBT001, FBT002
    """``{% minutes_bar count %}``: minutes owed, split in recorded, excused, unexplained and awaited.

    ``minutes`` has ``recorded_ms``, ``excused_ms``, ``unexplained_ms`` and ``awaited_ms``, by attribute or key.
    What is awaited is spoken of only where there is some: most minutes of a year are settled.
    """
    parts = [(kind, graphics.read(minutes, f"{kind}_ms")) for kind in KINDS]
    rows = [(kind, kind_label(kind), amount) for kind, amount in parts if amount or kind != "awaited"]
    total = sum(amount for _, amount in parts)
    said = gettext(", ").join(f"{label}: {formatting.duration_ms(amount)}" for _, label, amount in rows)
    return {
        "segments": graphics.bar_segments(parts),
        "rows": rows,
        "total": total,
        "said": said,
        "legend": legend,
    }


@register.inclusion_tag("ui/parts/sparkline.html")
def sparkline(values: Sequence[float], label: object = "") -> dict[str, object]:
    """``{% sparkline values label=… %}``: the course of a figure, oldest first."""
    return {
        "points": graphics.sparkline_points(values),
        "label": label,
        "last": values[-1] if values else None,
    }


@register.inclusion_tag("ui/parts/columns.html")
def columns(
    values: Sequence[float | None],
    labels: Sequence[object] = (),
    label: object = "",
    top: float | None = None,
    tone: str = "",
    **shown: Any,
) -> dict[str, object]:
    """``{% columns values labels label=station top=1 %}``: a small multiple; all with one ``top``.

    Columns follow one another as the pages of a calendar do: the first where reading starts. ``ticks`` are words
    under the columns (empty: none); ``open`` says of which columns the last word is not spoken: they stand on the
    dots of awaited minutes; ``shares=True`` writes values as per cent.
    """
    mirrored = get_language_bidi()
    bars = graphics.column_heights(values, top=top, mirrored=mirrored)
    ticks = graphics.column_ticks(shown.get("ticks", ()), columns=len(bars), mirrored=mirrored)
    said = formatting.percent if shown.get("shares") else formatting.number
    places = 0 if all(isinstance(value, int) for value in values) else 1
    missing = [""] * len(bars)
    described = zip(bars, [*labels, *missing], [*shown.get("open", ()), *missing], strict=False)
    return {
        "bars": [
            {
                "bar": bar,
                "name": name,
                "is_open": is_open,
                "value": "" if bar.source is None else said(bar.source, places=places),
            }
            for bar, name, is_open in described
        ],
        "width": round(graphics.PERCENT / max(len(bars), 1) * 0.78, 2),
        "band": round(graphics.PERCENT / max(len(bars), 1), 2),
        "ticks": ticks,
        "label": label,
        "tone": tone,
    }


@register.inclusion_tag("ui/parts/funnel.html")
def funnel_plot(
    rows: Iterable[object], title: object = "", size_label: object = "", rate_label: object = ""
) -> dict[str, object]:
    """``{% funnel_plot rows title=… size_label=… rate_label=… %}``: rates against what chance would give."""
    rows = list(rows)
    return {"plot": graphics.funnel(rows), "title": title, "size_label": size_label, "rate_label": rate_label}
