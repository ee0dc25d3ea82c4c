"""Every address of the deployment. Each view declares its admission; a test walks all of them."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from siyanat.config import views

ROOMS = {
    "": "siyanat.desk.urls",
    "roster/": "siyanat.roster.urls",
    "cameras/": "siyanat.cameras.urls",
    "conduct/": "siyanat.conduct.urls",
    "evidence/": "siyanat.evidence.urls",
    "ingest/": "siyanat.ingest.urls",
    "coverage/": "siyanat.coverage.urls",
    "triage/": "siyanat.triage.urls",
    "review/": "siyanat.review.urls",
    "cases/": "siyanat.cases.urls",
    "archive/": "siyanat.archive.urls",
    "status/": "siyanat.status.urls",
    "ledger/": "siyanat.ledger.urls",
    "ui/": "siyanat.ui.urls",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("siyanat.accounts.urls")),
    path("language/", views.choose_language, name="choose_language"),
    path("healthz", views.healthz, name="healthz"),
    *(path(prefix, include(module)) for prefix, module in ROOMS.items() if importlib.util.find_spec(module)),
]
