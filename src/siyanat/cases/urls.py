"""Cases: the list, one case, what concerns oneself."""

from __future__ import annotations

from django.urls import path

from siyanat.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.list_cases, name="list"),
    path("open/", views.open_case, name="open"),
    path("mine/", views.list_own, name="own_list"),
    path("mine/<uuid:case_id>/", views.own, name="own"),
    path("actions/<int:action_id>/", views.complete_action, name="complete_action"),
    path("<uuid:case_id>/", views.case, name="case"),
    path("<uuid:case_id>/actions/", views.add_action, name="add_action"),
    path("<uuid:case_id>/decide/", views.decide, name="decide"),
    path("<uuid:case_id>/close/", views.close, name="close"),
    path("<uuid:case_id>/hand-up/", views.hand_up, name="hand_up"),
]
