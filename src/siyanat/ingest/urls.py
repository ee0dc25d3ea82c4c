"""Addresses of the intake."""

from __future__ import annotations

from django.urls import path

from siyanat.ingest import views

app_name = "ingest"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("batches/", views.batches, name="batches"),
    path("upload/", views.upload_page, name="upload_page"),
    path("upload/mine/", views.my_uploads, name="my_uploads"),
    path("uploads/", views.uploads, name="uploads"),
    path("uploads/<uuid:upload_id>", views.uploads, name="upload"),
    path("quarantine/<uuid:quarantined_id>/", views.resolve, name="resolve"),
    path("quarantine/<uuid:quarantined_id>/aside/", views.set_aside, name="set_aside"),
]
