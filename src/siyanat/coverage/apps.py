from __future__ import annotations

from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "siyanat.coverage"
    label = "coverage"
