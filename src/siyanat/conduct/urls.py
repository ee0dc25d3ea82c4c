"""Addresses of the catalogue."""

from __future__ import annotations

from django.urls import path

from siyanat.conduct import editing, views

app_name = "conduct"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("versions/<int:number>/", views.catalogue, name="version"),
    path("draft/", editing.draft, name="draft"),
    path("draft/in-force/", editing.put_in_force, name="put_in_force"),
    path("draft/items/", editing.write_item, name="add_item"),
    path("draft/items/<str:code>/", editing.write_item, name="write_item"),
    path("draft/items/<str:code>/remove/", editing.remove_item, name="remove_item"),
]
