from __future__ import annotations

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "siyanat.triage"
    label = "triage"
