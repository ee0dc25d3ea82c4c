"""Addresses of cameras."""

from __future__ import annotations

from django.urls import path

from siyanat.cameras.views import boards, desks, devices

app_name = "cameras"
urlpatterns = [
    path("", devices.cameras, name="list"),
    path("new/", devices.register, name="register"),
    path("import/", devices.upload, name="import"),
    path("import/template/", devices.template, name="import_template"),
    path("import/<uuid:import_id>/", devices.preview, name="import_preview"),
    path("import/<uuid:import_id>/apply/", devices.apply, name="import_apply"),
    path("import/<uuid:import_id>/discard/", devices.discard, name="import_discard"),
    path("issue/", desks.issue_desk, name="issue_desk"),
    path("issue/<uuid:shift_id>/", desks.issue_shift, name="issue_shift"),
    path("issue/<uuid:shift_id>/hand-out/", desks.issue, name="issue"),
    path("issues/<int:issue_id>/correct/", desks.correct_issue, name="correct_issue"),
    path("return/", desks.return_desk, name="return_desk"),
    path("ready/", desks.ready_desk, name="ready_desk"),
    path("rollout/", boards.rollout, name="rollout"),
    path("rollout/target/", boards.set_target, name="set_target"),
    path("use/", boards.use, name="use"),
    path("overdue/", boards.overdue, name="overdue"),
    path("states/", boards.legend, name="legend"),
    path("states/firmware/", boards.set_firmware, name="set_firmware"),
    path("camera/<str:serial>/", devices.camera, name="camera"),
    path("camera/<str:serial>/<slug:act>/", devices.act, name="act"),
]
