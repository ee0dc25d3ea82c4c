"""The desk: kartabl, notices, jump."""

from __future__ import annotations

from django.urls import path

from siyanat.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.kartabl, name="kartabl"),
    path("notices/put-away/", views.put_away, name="put_away"),
    path("jump/", views.jump, name="jump"),
]
