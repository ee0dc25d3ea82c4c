"""Addresses of recordings and holds."""

from __future__ import annotations

from django.urls import path

from siyanat.evidence import views

app_name = "evidence"

urlpatterns = [
    path("", views.search, name="search"),
    path("holds/", views.holds, name="holds"),
    path("holds/new/", views.new_hold, name="new_hold"),
    path("holds/<uuid:hold_id>/release/", views.release_hold, name="release_hold"),
    path("<uuid:recording_id>/", views.recording, name="recording"),
    path("<uuid:recording_id>/attribution/", views.attribution, name="attribution"),
    path("<uuid:recording_id>/viewing/", views.viewing, name="viewing"),
]
