"""Keeps the last few media files open within one process, so that the next segment need not read the index.

Used by the children that serve playback. A file is known by path, inode, size and time of change; one that
failed is closed and forgotten.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from av.container import InputContainer

from siyanat.lib import errors
from siyanat.media import opening

PLACES = 4
"""Open files kept; the index of an eight-hour recording takes some 100 MB of memory."""

_Key = tuple[str, int, int, int]
_open: OrderedDict[_Key, InputContainer] = OrderedDict()


@contextlib.contextmanager
def borrowed(path: Path) -> Iterator[InputContainer]:
    """The opened file, from the shelf when it stands there; put back unless the block raises.

    :raises Refusal: ``media.absent`` or ``media.not_media``.
    """
    try:
        facts = path.stat()
    except OSError as fault:
        raise errors.Refusal("media.absent", file=path.name) from fault
    key = (str(path), facts.st_ino, facts.st_size, facts.st_mtime_ns)
    container = _open.pop(key, None) or opening.open_media(path)
    try:
        yield container
    except BaseException:
        container.close()
        raise
    _open[key] = container
    while len(_open) > PLACES:
        _, oldest = _open.popitem(last=False)
        oldest.close()


def clear() -> None:
    """Close every file on the shelf."""
    while _open:
        _open.popitem()[1].close()
