"""Minutes: month view, a shift's ledger, excuses, the printable report."""

from __future__ import annotations

from django.urls import path

from siyanat.coverage import views

app_name = "coverage"
urlpatterns = [
    path("", views.month, name="month"),
    path("excuses/", views.excuses, name="excuses"),
    path("excuses/bulk/", views.excuse_in_bulk, name="excuse_in_bulk"),
    path("excuses/<uuid:excuse_id>/", views.decide_excuse, name="decide_excuse"),
    path("shifts/<uuid:shift_id>/", views.shift, name="shift"),
    path("shifts/<uuid:shift_id>/report.pdf", views.report, name="report"),
    path("shifts/<uuid:shift_id>/excuse/", views.ask_excuse, name="ask_excuse"),
]
