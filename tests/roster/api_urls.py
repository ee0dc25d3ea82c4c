"""The API of this room and of the cameras, with the pages that its answers lead to."""

from __future__ import annotations

from django.urls import include, path

from siyanat.cameras import api as cameras
from siyanat.roster import api as roster
from siyanat.roster import api_pages

API = api_pages.make_api({"/roster": roster.router, "/cameras": cameras.router})
urlpatterns = [
    path("api/", include(api_pages.urlpatterns(API))),
    path("account/", include("siyanat.accounts.urls")),
    path("roster/", include("siyanat.roster.urls")),
    path("cameras/", include("siyanat.cameras.urls")),
    path("ui/", include("siyanat.ui.urls")),
]
