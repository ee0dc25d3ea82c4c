"""The cast's page."""

from __future__ import annotations

from django.urls import path

from siyanat.demo import views

app_name = "demo"

urlpatterns = [
    path("", views.show_cast, name="cast"),
    path("sign-in/<slug:username>/", views.sign_in_as, name="sign_in_as"),
]
