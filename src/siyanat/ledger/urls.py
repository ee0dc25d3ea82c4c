"""Addresses of the log."""

from __future__ import annotations

from django.urls import path

from siyanat.ledger import views

app_name = "ledger"

urlpatterns = [
    path("", views.log, name="log"),
    path("checkpoints/", views.checkpoints, name="checkpoints"),
    path("checkpoints/<int:size>.checkpoint", views.checkpoint, name="checkpoint"),
    path("key/", views.key, name="key"),
    path("<int:entry_id>/", views.entry, name="entry"),
    path("<int:entry_id>/proof", views.proof, name="proof"),
    path("<int:entry_id>/body", views.body, name="body"),
    path("<int:entry_id>/open", views.open_values, name="open_values"),
    path("<int:entry_id>/erase", views.erase, name="erase"),
]
