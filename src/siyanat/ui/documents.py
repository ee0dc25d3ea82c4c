"""Documents for paper: Typst sources to PDF, with the product's typeface in both directions.

Kept here: the compiler call and where the typeface lies. A room keeps its own ``.typ`` beside its
templates and hands over plain data; nothing is fetched, and no system font is used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import translation

FONTS = Path(__file__).parent / "static" / "ui" / "dist" / "fonts"


def to_pdf(source: Path, data: dict[str, Any]) -> bytes:
    """Compile ``source`` with ``data`` (JSON types; read in the document as ``json(bytes(sys.inputs.data))``).

    The document learns the reader's language as ``sys.inputs.language``: ``fa`` or ``en``.
    """
    language = "fa" if (translation.get_language() or "fa").startswith("fa") else "en"
    pdf = typst.compile(
        source,
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "language": language},
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"Typst made {type(pdf).__name__} of {source.name}")
    return pdf
