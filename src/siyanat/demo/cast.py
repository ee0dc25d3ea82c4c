"""The cast: whom a visitor may be, and what is worth trying as each. Values alone; ``world`` makes them real."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyanat.roster import models as roster

Role = roster.HeldPost.Role


@dataclass(frozen=True, slots=True)
class Player:
    """One of the cast. ``place`` names the unit: station, second (station), province or national."""

    username: str
    role: str
    place: str
    name_fa: tuple[str, str]
    name_en: tuple[str, str]
    to_try: str | Promise


CAST: tuple[Player, ...] = (
    Player(
        "head", Role.STATION_HEAD, "station", ("نادر", "فرهمند"), ("Nader", "Farahmand"),
        _("Six shifts wait, one is overdue. Open the night shift, watch what the system proposes, mark, ask, sign off."),
    ),
    Player(
        "arash", Role.PATROL_OFFICER, "station", ("آرش", "رستگار"), ("Arash", "Rastegar"),
        _("He was on the night shift: see his minutes, give a reason for seven missing ones, answer a question."),
    ),
    Player(
        "babak", Role.PATROL_OFFICER, "station", ("بابک", "نیک‌پی"), ("Babak", "Nikpey"),
        _("His camera ran all night: see what was found, the thanks among it."),
    ),
    Player(
        "leader", Role.SHIFT_LEADER, "station", ("سعید", "مرادی"), ("Saeed", "Moradi"),
        _("Issue cameras to tonight's patrols; take back those of the patrol that is out."),
    ),
    Player(
        "custodian", Role.EVIDENCE_CUSTODIAN, "station", ("نرگس", "صدرایی"), ("Narges", "Sadraei"),
        _("Mend the files in quarantine, place a hold, export a case and verify it without Siyanat."),
    ),
    Player(
        "steward", Role.CAMERA_STEWARD, "national", ("حمید", "توکلی"), ("Hamid", "Tavakoli"),
        _("4,000 cameras from one file: states, health, loss, and the roll-out by province and month."),
    ),
    Player(
        "integrity", Role.INTEGRITY_OFFICER, "province", ("مریم", "پارسا"), ("Maryam", "Parsa"),
        _("Follow cases of the province, decide one, give it to those concerned to answer."),
    ),
    Player(
        "reviewer", Role.PROVINCIAL_REVIEWER, "province", ("کاوه", "سپهری"), ("Kaveh", "Sepehri"),
        _("See what was escalated, the months of the stations, and review what a head may not."),
    ),
    Player(
        "second", Role.STATION_HEAD, "second", ("لیلا", "خسروی"), ("Leila", "Khosravi"),
        _("Head of another station: reviews again, blind, what chance has drawn for the second line."),
    ),
    Player(
        "keeper", Role.EVIDENCE_CUSTODIAN, "national", ("فرزانه", "کامکار"), ("Farzaneh", "Kamkar"),
        _("Keeps evidence for the whole force: propose another retention period and see what it would dispose of."),
    ),
    Player(
        "inspector", Role.INTEGRITY_OFFICER, "national", ("بهرام", "ایزدی"), ("Bahram", "Izadi"),
        _("The second person: agree to a retention period, and to a post that sees footage. Reads the whole log."),
    ),
    Player(
        "overseer", Role.EXTERNAL_OVERSEER, "national", ("شیرین", "وحدت"), ("Shirin", "Vahdat"),
        _("From outside the force: read the log, check its proofs, see who looked at what."),
    ),
    Player(
        "admin", Role.ADMINISTRATOR, "national", ("پیمان", "شکوهی"), ("Peyman", "Shokouhi"),
        _("Units, people, posts and logins; the status of the machines. No footage."),
    ),
)  # fmt: skip


def player(username: str) -> Player | None:
    """The member of the cast with this user name."""
    return next((one for one in CAST if one.username == username), None)
