from __future__ import annotations

from django.apps import AppConfig


class StatusConfig(AppConfig):
    name = "siyanat.status"
    label = "status"
