"""The registry: what may stand in a kartabl, for which roles, read from where. Order is that of the tabs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from siyanat.desk import items
from siyanat.desk.sources import custody, log, patrol, running, station
from siyanat.roster import gates

Role = gates.Role
Source = items.Source

SOURCES: tuple[Source, ...] = (
    Source("questions", _("Questions to you"), "pen", (), patrol.questions),
    Source("own_cases", _("Cases that concern you"), "case", (), patrol.cases_about),
    Source("actions", _("Actions"), "check", (), patrol.actions),
    Source("missing", _("Missing minutes"), "clock", (), patrol.missing_minutes),
    Source("my_cameras", _("Your camera"), "camera", (), patrol.cameras_to_return),
    Source("news", _("News"), "star", (), patrol.news),
    Source(
        "without_cameras", _("Shifts without cameras"), "camera", (Role.SHIFT_LEADER, Role.CAMERA_STEWARD),
        station.shifts_without_cameras,
    ),
    Source(
        "overdue_returns", _("Overdue returns"), "camera",
        (Role.SHIFT_LEADER, Role.CAMERA_STEWARD, Role.STATION_HEAD, Role.PROVINCIAL_REVIEWER),
        station.overdue_returns,
    ),
    Source("reviews", _("Reviews"), "eye", (Role.STATION_HEAD, Role.PROVINCIAL_REVIEWER), station.reviews),
    Source("escalated", _("Escalated reviews"), "eye", (Role.INTEGRITY_OFFICER,), station.escalated_reviews),
    Source(
        "unanswered", _("Questions without an answer"), "pen", (Role.STATION_HEAD, Role.PROVINCIAL_REVIEWER),
        station.unanswered_questions,
    ),
    Source(
        "excuses", _("Excuses"), "clock", (Role.STATION_HEAD, Role.PROVINCIAL_REVIEWER, Role.INTEGRITY_OFFICER),
        station.excuses,
    ),
    Source(
        "private", _("Private moments"), "lock", (Role.STATION_HEAD, Role.INTEGRITY_OFFICER), station.private_moments
    ),
    Source("cases", _("Cases"), "case", (Role.STATION_HEAD, Role.INTEGRITY_OFFICER), station.case_work),
    Source("quarantine", _("Quarantine"), "alert", (Role.CAMERA_STEWARD, Role.EVIDENCE_CUSTODIAN), custody.quarantine),
    Source("faulty", _("Faulty cameras"), "camera", (Role.CAMERA_STEWARD,), custody.faulty_cameras),
    Source("ready_checks", _("Ready checks"), "camera", (Role.CAMERA_STEWARD,), custody.ready_checks),
    Source("disposals", _("Disposals"), "trash", (Role.EVIDENCE_CUSTODIAN, Role.INTEGRITY_OFFICER), custody.disposals),
    Source(
        "period_changes", _("Retention periods"), "archive", (Role.EVIDENCE_CUSTODIAN, Role.INTEGRITY_OFFICER),
        custody.period_changes,
    ),
    Source(
        "coming", _("Coming disposals"), "trash", (Role.EVIDENCE_CUSTODIAN, Role.INTEGRITY_OFFICER),
        custody.coming_disposals,
    ),
    Source("holds", _("Old holds"), "lock", (Role.EVIDENCE_CUSTODIAN,), custody.old_holds),
    Source("exports", _("Exports"), "download", (Role.EVIDENCE_CUSTODIAN, Role.INTEGRITY_OFFICER), custody.exports),
    Source(
        "second_factor", _("Second factors"), "lock", (Role.ADMINISTRATOR,), running.accounts_without_second_factor
    ),
    Source(
        "proposals", _("Posts and logins"), "lock", (Role.INTEGRITY_OFFICER, Role.EXTERNAL_OVERSEER),
        running.proposals_to_agree,
    ),
    Source("histories", _("The log"), "shield", (Role.EXTERNAL_OVERSEER,), log.two_histories),
    Source("failed_jobs", _("Failed jobs"), "alert", (Role.ADMINISTRATOR,), running.failed_jobs),
)  # fmt: skip
