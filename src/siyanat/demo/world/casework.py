"""What followed from earlier shifts: cases in every state, answers, decisions, a hold of a court."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from siyanat.archive import models as archive_models
from siyanat.archive import operations as archive
from siyanat.cases import models
from siyanat.cases import operations as cases
from siyanat.conduct import models as conduct
from siyanat.demo.world import history
from siyanat.demo.world import land as lands
from siyanat.evidence import models as evidence_models
from siyanat.evidence import operations as evidence
from siyanat.roster import models as roster
from siyanat.roster.operations import posts

Origin, Decision = models.Case.Origin, models.Case.Decision


@dataclass(frozen=True, slots=True)
class Matter:
    """A case: when it was opened, by whom, about what, and how far it has come."""

    days_ago: int
    by: str
    origin: str
    title: str
    summary: str
    standard: tuple[str, str]  # theme and gravity of the item of the conduct catalogue
    answer: str = ""
    decision: str = ""
    reasons: str = ""
    is_closed: bool = False
    protects: str = ""  # what the officer sees where a complainant is protected


MATTERS = (
    Matter(
        78, "head", Origin.MARK, "تندی در گفتار با مراجعه‌کننده",
        "در بازبینی شیفت، لحن مأمور با شهروندی که نشانی می‌پرسید تند بود.", ("respect", "coaching"),
        "حق با شماست؛ آن شب دو درگیری پشت سر هم داشتیم. عذرخواهی کردم.", Decision.COACHED,
        "گفتار تند بود ولی توهینی در کار نبود؛ با مأمور گفت‌وگو و آموزش مهار خشم برگزار شد.", is_closed=True,
    ),
    Matter(
        64, "head", Origin.GAP, "سه ساعت بدون ضبط و بدون توضیح",
        "دوربین از نیمه شیفت خاموش مانده و علتی ثبت نشده است.", ("camera", "minor"),
        "دوربین پس از بارش باران روشن نمی‌شد و آن را تحویل دادم.", Decision.EXONERATED,
        "گزارش تعمیر دوربین گفته مأمور را تأیید می‌کند؛ کوتاهی متوجه او نیست.", is_closed=True,
    ),
    Matter(
        41, "integrity", Origin.CONTACT, "گلایه از نحوه بازرسی بدنی",
        "شهروندی از بازرسی بدون ذکر دلیل گلایه کرده است.", ("legality", "serious"),
        "دلیل بازرسی را گفتم؛ صدای خیابان زیاد بود.", Decision.NOT_SUSTAINED,
        "صدا در تصویر نامفهوم است و گفته‌ها با هم نمی‌خواند؛ تخلف احراز نشد.",
        protects="از نحوه یک بازرسی در این شیفت گلایه شده است؛ توضیح شما خواسته می‌شود.",
    ),
    Matter(
        23, "head", Origin.MARK, "درخواست وجه از راننده",
        "در تصویر گفت‌وگویی درباره پول شنیده می‌شود؛ نیاز به پیگیری بازرسی دارد.", ("integrity", "serious"),
        "آن گفت‌وگو درباره مبلغ جریمه قانونی بود.",
    ),
    Matter(
        12, "integrity", Origin.HAND, "روشن نکردن دوربین در آغاز گشت",
        "در چهار شیفت پیاپی، ضبط با تأخیر بیش از بیست دقیقه آغاز شده است.", ("camera", "minor"),
    ),
    Matter(
        5, "head", Origin.MARK, "به کار بردن زور هنگام دستگیری",
        "دستگیری با مقاومت همراه بود؛ تناسب زور باید سنجیده شود.", ("force", "serious"),
    ),
)  # fmt: skip


def write(land: lands.Land, past: Sequence[history.Past]) -> None:
    """Open the cases, each on a past shift of the station, and take each as far as it came."""
    own = history.of_unit(past, land.place["station"])
    for matter in MATTERS:
        at = land.ago(days=matter.days_ago)
        before = [one for one in own if one.shift.ends_at < at]
        if before:
            _follow(land, matter, before[0], at)
    if own:
        _hold_for_court(land, own[len(own) // 3].shift)
    _leave_to_second_persons(land)


def _follow(land: lands.Land, matter: Matter, one: history.Past, at: dt.datetime) -> None:
    viewer = land.viewer(matter.by, at)
    case = cases.open_case(
        viewer=viewer, unit=land.place["station"], origin=matter.origin, title=matter.title, about=[one.bearer],
        now=at, shift=one.shift, summary=matter.summary, officer_summary=matter.protects,
        protects_complainant=bool(matter.protects), conduct_item=standard(*matter.standard),
    )  # fmt: skip
    action = cases.add_action(
        viewer=viewer, case=case, title="بازبینی کامل تصویر شیفت و گزارش آن", owner=land.cast["leader"],
        due_at=at + dt.timedelta(days=10), now=at,
    )  # fmt: skip
    if matter.answer:
        answered_at = at + dt.timedelta(days=2)
        cases.answer_case(
            viewer=land.viewer_of(one.bearer, answered_at), case=case, text=matter.answer, now=answered_at
        )
    if matter.decision:
        _decide(land, matter, case, action, at + dt.timedelta(days=9))


def _decide(
    land: lands.Land, matter: Matter, case: models.Case, action: models.Action, at: dt.datetime
) -> None:
    cases.complete_action(
        viewer=land.viewer("leader", at), action=action, outcome="تصویر دیده شد و گزارش پیوست است.", now=at
    )
    viewer = land.viewer(matter.by, at)
    cases.decide_case(viewer=viewer, case=case, decision=matter.decision, reasons=matter.reasons, now=at)
    if matter.is_closed:
        cases.close_case(viewer=viewer, case=case, now=at + dt.timedelta(days=1))


def standard(theme: str, gravity: str) -> conduct.ConductItem | None:
    """An item of the newest catalogue of this theme, if possible of this gravity too; None without a catalogue."""
    items = conduct.ConductItem.objects.order_by("-version__number", "code")
    return items.filter(theme=theme, gravity=gravity).first() or items.filter(theme=theme).first()


def _leave_to_second_persons(land: lands.Land) -> None:
    """What waits for the word of another: a shorter period, and a custodian whom the administrator would like."""
    archive.load_defaults()
    at = land.ago(days=2)
    archive.propose_period_change(
        viewer=land.viewer("keeper", at), category=archive_models.RetentionCategory.objects.get(code="intentional"),
        keep_days=300, reason="کمبود جا در مرکزها؛ پیشنهاد شورای فنی", now=at,
    )  # fmt: skip
    leader = roster.HeldPost.objects.filter(
        unit=land.place["second"], role=roster.HeldPost.Role.SHIFT_LEADER
    ).select_related("person").earliest("pk")  # fmt: skip
    posts.give_post(
        viewer=land.viewer("admin", at), person=leader.person, role=roster.HeldPost.Role.EVIDENCE_CUSTODIAN,
        unit=land.place["second"], now=at,
    )  # fmt: skip


def _hold_for_court(land: lands.Land, shift: roster.Shift) -> None:
    at = land.ago(days=30)
    evidence.place_hold(
        covers=evidence.Covers(shift=shift), reason=evidence_models.Hold.Reason.COURT,
        reference="court:140500123", note="دستور شعبه ۳ بازپرسی", now=at, viewer=land.viewer("custodian", at),
    )  # fmt: skip
