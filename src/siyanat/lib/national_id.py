"""Iran's national identity number: its checksum, and valid numbers for tests and the demo.

Kept here: pure arithmetic on ten digits. It says whether a number could have been typed wrongly, not
whether a person bears it, and stores nothing.
"""

from __future__ import annotations

import re

from siyanat.lib import errors, persian

_TEN_DIGITS = re.compile(r"[0-9]{10}")


def check_digit(first_nine: str) -> int:
    """The tenth digit: with r = (sum of d_i * (11 - i), i = 1..9) mod 11, it is r if r < 2, else 11 - r.

    ``first_nine`` are nine Latin digits.
    """
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(first_nine)) % 11
    return rest if rest < 2 else 11 - rest


def is_valid(number: str) -> bool:
    """Whether ten Latin digits bear their checksum and are not ten times the same digit."""
    if not _TEN_DIGITS.fullmatch(number) or len(set(number)) == 1:
        return False
    return check_digit(number[:9]) == int(number[9])


def parse(text: str) -> str:
    """What a person typed, in digits of any of the three scripts, as ten Latin digits.

    Spreadsheets drop leading zeros: eight or nine digits are filled up on the left.

    :raises errors.Refusal: ``national_id.invalid``; the number itself is not repeated in the facts.
    """
    digits = persian.normalise(text).replace("-", "").replace(" ", "")
    number = digits.zfill(10) if len(digits) >= 8 else digits
    if not is_valid(number):
        raise errors.Refusal("national_id.invalid")
    return number


def generate(serial: int) -> str:
    """A valid number for tests and the demo: one for each ``serial`` from 0 to 9,999,998.

    All begin with 99, so that an invented person is known at sight.

    :raises errors.BrokenPromise: ``national_id.no_serial`` out of that range.
    """
    if not 0 <= serial < 10**7 - 1:  # the last one would be ten nines
        raise errors.BrokenPromise("national_id.no_serial", serial=serial)
    first_nine = f"99{serial:07d}"
    return f"{first_nine}{check_digit(first_nine)}"
