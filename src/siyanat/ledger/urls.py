"""Addresses of the log."""

from __future__ import annotations

from django.urls import path

from siyanat.ledger import views, witness_views

app_name = "ledger"

urlpatterns = [
    path("", views.log, name="log"),
    path("checkpoints/", views.checkpoints, name="checkpoints"),
    path("checkpoints/<int:size>.checkpoint", views.checkpoint, name="checkpoint"),
    path("key/", views.key, name="key"),
    path("below/", views.below, name="below"),
    path("below/<int:refused_id>/", views.refused, name="refused"),
    path("below/<int:refused_id>/note", views.note_refusal, name="note_refusal"),
    path("witness/add-checkpoint", witness_views.add_checkpoint, name="add_checkpoint"),
    path("witness/<slug:origin_hash>/checkpoint", witness_views.checkpoint, name="witnessed_checkpoint"),
    path("<int:entry_id>/", views.entry, name="entry"),
    path("<int:entry_id>/proof", views.proof, name="proof"),
    path("<int:entry_id>/body", views.body, name="body"),
    path("<int:entry_id>/open", views.open_values, name="open_values"),
    path("<int:entry_id>/erase", views.erase, name="erase"),
]
