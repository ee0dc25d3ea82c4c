from __future__ import annotations

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "siyanat.config"
    label = "config"
