"""Names of people and units in templates: a built-in, so that no page needs to load it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from siyanat.roster import fields, links, models, names, queries

register = template.Library()


@register.filter
def full_name(person: models.Person | None) -> str:
    """``{{ shift.leader|full_name }}``."""
    return names.full_name(person)


@register.filter
def unit_name(unit: models.Unit | None) -> str:
    """``{{ shift.unit|unit_name }}``."""
    return names.unit_name(unit)


@register.filter
def place_name(shift: models.Shift) -> str:
    """``{{ shift|place_name }}``."""
    return names.place_name(shift)


@register.filter
def account_name(user: Any) -> str:
    """``{{ export.asked_by|account_name }}``: a person, never a login where there is one."""
    return names.account_name(user)


@register.simple_tag(takes_context=True)
def reach(context: Context, name: str, *arguments: object) -> str:
    """``{% reach "cases:case" case.pk as url %}``: the address, or nothing where its page would not admit the reader."""
    viewer = getattr(context.get("request"), "viewer", None)
    return links.reach(viewer, name, *arguments) if viewer is not None else ""


@register.filter
def proposal_name(proposal: models.Proposal) -> str:
    """``{{ proposal|proposal_name }}``."""
    return names.proposal_name(proposal)


@register.simple_tag(takes_context=True)
def unit_filter(context: Context, name: str = "unit") -> SafeString:
    """``{% unit_filter %}``: a filter of a list by unit, offering those within the reader's reach while one types."""
    request = context["request"]
    typed = request.GET.get(name, "").strip()
    box = fields.PickInput(options="roster:unit_options").render(name, typed, {"id": name})
    fault: SafeString | str = ""
    if typed and queries.find_unit(request.viewer, typed) is None:
        said = gettext("There is no unit with this code or name among yours.")
        fault = format_html('<p class="field-errors">{}</p>', said)
    label = gettext("Unit")
    return format_html('<div class="field"><label for="{}">{}</label>{}{}</div>', name, label, fault, box)
