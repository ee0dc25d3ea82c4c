"""Addresses of the archive."""

from __future__ import annotations

from django.urls import path

from siyanat.archive import views

app_name = "archive"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("categories/<int:category_id>/period", views.period, name="period"),
    path("changes/<int:change_id>/agree", views.agree_change, name="agree_change"),
    path("changes/<int:change_id>/withdraw", views.withdraw_change, name="withdraw_change"),
    path("recordings/<uuid:recording_id>/", views.retention, name="retention"),
    path("due/", views.due, name="due"),
    path("disposals/", views.disposals, name="disposals"),
    path("disposals/propose", views.propose, name="propose"),
    path("disposals/<uuid:disposal_id>/", views.disposal, name="disposal"),
    path("disposals/<uuid:disposal_id>/agree", views.agree, name="agree"),
    path("disposals/<uuid:disposal_id>/withdraw", views.withdraw, name="withdraw"),
    path("disposals/<uuid:disposal_id>/receipt", views.receipt, name="receipt"),
    path("exports/", views.exports, name="exports"),
    path("exports/new", views.new_export, name="new_export"),
    path("exports/<uuid:export_id>/", views.export, name="export"),
    path("exports/<uuid:export_id>/bundle", views.fetch, name="fetch"),
    path("exports/<uuid:export_id>/hand-out", views.hand_out, name="hand_out"),
    path("exports/<uuid:export_id>/receipt", views.hand_out_receipt, name="hand_out_receipt"),
]
