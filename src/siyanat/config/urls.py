"""Every address of the deployment. Each view declares its admission; a test walks all of them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from siyanat.cameras import api as cameras
from siyanat.config import away, views
from siyanat.roster import api as roster
from siyanat.roster import api_pages

ROOMS = {
    "": "siyanat.desk.urls",
    "roster/": "siyanat.roster.urls",
    "cameras/": "siyanat.cameras.urls",
    "conduct/": "siyanat.conduct.urls",
    "evidence/": "siyanat.evidence.urls",
    "ingest/": "siyanat.ingest.urls",
    "coverage/": "siyanat.coverage.urls",
    "review/": "siyanat.review.urls",
    "cases/": "siyanat.cases.urls",
    "archive/": "siyanat.archive.urls",
    "status/": "siyanat.status.urls",
    "ledger/": "siyanat.ledger.urls",
    "ui/": "siyanat.ui.urls",
    "demo/": "siyanat.demo.urls",
}
handler500 = away.server_error
API = api_pages.make_api({"/roster": roster.router, "/cameras": cameras.router})

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("siyanat.accounts.urls")),
    path("language/", views.choose_language, name="choose_language"),
    path("healthz", views.healthz, name="healthz"),
    path("api/", include(api_pages.urlpatterns(API))),
    *(path(prefix, include(module)) for prefix, module in ROOMS.items()),
]
