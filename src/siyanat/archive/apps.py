"""How long what is kept, and how it goes."""

from __future__ import annotations

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "siyanat.archive"
    label = "archive"

    def ready(self) -> None:
        """Admit the log's readers to its pages: the log stands below the roster and can't name roles
        itself.
        """
        from siyanat.ledger import queries as ledger
        from siyanat.roster import gates, middleware

        middleware.LIBRARY_ADMISSIONS.setdefault(
            "siyanat.ledger.views", gates.Admission(roles=ledger.READERS, second_factor=True)
        )
