"""The status board."""

from __future__ import annotations

from django.urls import path

from siyanat.status import views

app_name = "status"
urlpatterns = [
    path("", views.board, name="board"),
    path("health.json", views.health, name="health"),
    path("jobs/<int:job_id>/retry/", views.retry, name="retry"),
]
