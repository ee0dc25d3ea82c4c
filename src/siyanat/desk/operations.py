"""The one act of this room: put a notice away. It changes what is shown to one person and nothing else, so the
log does not tell of it.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from siyanat.desk import models
from siyanat.lib import errors
from siyanat.roster import gates

_NOTICE = re.compile(r"(thanks|decision|excuse):[0-9a-f-]{36}")


@transaction.atomic
def put_notice_away(*, viewer: gates.Viewer, notice: str, now: dt.datetime) -> None:
    """Do not show the viewer this notice again. Doing it twice is doing it once.

    :raises errors.NotFound: when it is no notice, or the viewer is nobody in the roster.
    """
    if viewer.person is None or not _NOTICE.fullmatch(notice):
        raise errors.NotFound
    models.Seen.objects.get_or_create(person=viewer.person, notice=notice, defaults={"seen_at": now})
