"""No note may identify a citizen: numbers that do are found and refused. Keeps nothing.

What can't be found by a rule (a name, a face described) is left to the person who writes; the form says so.
"""

from __future__ import annotations

import re

from siyanat.lib import errors, national_id, persian

_TEN = re.compile(r"(?<!\d)\d(?:[ -]?\d){9}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)98[ -]?|0)(?:9\d{2}|[1-8]\d)(?:[ -]?\d){7,8}(?!\d)")
_LETTERS = "الف|[بپتثجدزژسشصطعفقکگلمنوهی]|[A-Za-z]"
_PLATE = re.compile(rf"(?<!\d)\d{{2}}[ -]*(?:{_LETTERS})[ -]*\d{{3}}[ -]*(?:ایران|IR|ir)?[ -]*\d{{2}}(?!\d)")


def find_identity(text: str) -> str | None:
    """``national_id``, ``phone`` or ``plate`` when the text holds one, in digits of any keyboard."""
    plain = persian.normalise(text)
    if _PHONE.search(plain):
        return "phone"
    if any(national_id.is_valid(re.sub(r"\D", "", match[0])) for match in _TEN.finditer(plain)):
        return "national_id"
    return "plate" if _PLATE.search(plain) else None


def clean(text: str) -> str:
    """The text as it is stored.

    :raises errors.Refusal: ``review.identity_in_note`` with ``what`` was found.
    """
    if (found := find_identity(text)) is not None:
        raise errors.Refusal("review.identity_in_note", what=found)
    return persian.normalise(text)
