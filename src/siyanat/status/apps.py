from __future__ import annotations

from django.apps import AppConfig


class StatusConfig(AppConfig):
    name = "siyanat.status"
    label = "status"

    def ready(self) -> None:
        """Let every worker of this deployment tell why a job failed."""
        from procrastinate.contrib.django import app

        from siyanat.status import failures

        failures.listen(app)
