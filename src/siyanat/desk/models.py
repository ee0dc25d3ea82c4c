"""Which notices a person has read. What waits is never kept here: it is read from the rooms where it happens."""

from __future__ import annotations

from django.db import models

from siyanat.roster import models as roster


class Seen(models.Model):
    """A notice that a person has put away: ``thanks:<mark>``, ``decision:<case>``, ``excuse:<excuse>``."""

    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="seen_notices")
    notice = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "notice"], name="notice_seen_once")]

    def __str__(self) -> str:
        return self.notice
