"""Findings become moments: stretches that deserve eyes, each with named components that sum to its score.

Pure functions of values: no database, no clock, no randomness. Rules live in ``MomentPolicy`` and go with the
plan. A moment ranks what a person looks at; it decides nothing about anybody.
"""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from siyanat.lib import timespan

WEIGHTS: Mapping[str, int] = {
    "button": 60,
    "unexplained_stop": 50,
    "impulse": 50,
    "raised_voice": 50,
    "lens_covered": 45,
    "lens_frozen": 45,
    "lens_dark": 40,
    "microphone_covered": 40,
    "microphone_dead": 40,
    "silence": 35,
    "commotion": 30,
    "lens_blurred": 30,
    "lens_turned": 30,
    "siren": 25,
    "motion": 12,
    "loud": 10,
    "clipping": 4,
    "scene_change": 3,
}
"""Points of a full-score finding of each kind. Speech has none: it is everywhere, and counts only beside
something.
"""

BONUSES = frozenset({"together", "with_speech"})
"""Components that no finding has alone: several senses at once, and speech beside something."""

_SENSES = {
    "lens_covered": "picture",
    "lens_dark": "picture",
    "lens_frozen": "picture",
    "lens_blurred": "picture",
    "lens_turned": "picture",
    "motion": "picture",
    "commotion": "picture",
    "scene_change": "picture",
    "button": "person",
    "unexplained_stop": "person",
}
_HIDDEN = frozenset({"lens_covered", "lens_dark"})
_STATES = _HIDDEN | {
    "lens_frozen",
    "lens_blurred",
    "lens_turned",
    "microphone_covered",
    "microphone_dead",
    "silence",
}
"""What begins and ends and is the same between: looked at where it begins, and with fewer points where it ends."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A finding of one bearer's camera, placed in time; ``score`` 0..1, ``source`` the finding's own id."""

    bearer: str
    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    score: float = 1.0
    evidence: Mapping[str, float] = dataclasses.field(default_factory=dict)
    source: str = ""

    @property
    def span(self) -> timespan.Span:
        """From start to end."""
        return timespan.Span(self.starts_at, self.ends_at)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a moment is there: ``code`` is the finding's kind; the edge makes a sentence of ``facts``."""

    code: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    must_see: bool
    facts: Mapping[str, float]
    source: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stretch of one bearer's time that deserves eyes."""

    bearer: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    must_see: bool
    components: Mapping[str, int]
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The sum of the components, in points."""
        return sum(self.components.values())

    @property
    def span(self) -> timespan.Span:
        """From start to end, context included."""
        return timespan.Span(self.starts_at, self.ends_at)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MomentPolicy:
    """What makes a moment, how long it is, and what a person must see whatever the budget."""

    weights: Mapping[str, int] = dataclasses.field(default_factory=lambda: dict(WEIGHTS))
    before: dt.timedelta = dt.timedelta(seconds=5)
    after: dt.timedelta = dt.timedelta(seconds=5)
    before_stop: dt.timedelta = dt.timedelta(seconds=45)
    merge_within: dt.timedelta = dt.timedelta(seconds=2)
    longest: dt.timedelta = dt.timedelta(seconds=70)
    edge: dt.timedelta = dt.timedelta(seconds=8)
    look: dt.timedelta = dt.timedelta(seconds=20)
    """How much of one long event is looked at; the player goes on for who wants more."""
    end_share: float = 0.25
    """Points of a state's end, as a share of its beginning's."""
    hidden_at_least: dt.timedelta = dt.timedelta(seconds=20)
    hidden_speech_at_least: dt.timedelta = dt.timedelta(seconds=3)
    impulse_at_least: float = 0.8
    raised_voice_at_least: float = 0.6
    together_points: int = 8
    speech_points: int = 3
    claim_points: int = 20
    """From here on a moment is said to deserve eyes; what scores less only fills what is left of the budget."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Anchor:
    """One sighting, or one end of a long one, with its context."""

    span: timespan.Span
    sighting: Sighting
    must_see: bool
    with_speech: bool
    points: int


def rank_moments(sightings: Iterable[Sighting], *, policy: MomentPolicy) -> list[Moment]:
    """The moments of a shift, must-see first, then by score; the order of the input makes no difference.

    Times, bearers and kinds break ties, never the order of arrival.
    """
    ordered = sorted(
        sightings, key=lambda one: (one.bearer, one.starts_at, one.ends_at, one.kind, one.source, one.score)
    )
    moments: list[Moment] = []
    for bearer in sorted({one.bearer for one in ordered}):
        own = [one for one in ordered if one.bearer == bearer]
        speech = timespan.SpanSet(one.span for one in own if one.kind == "speech")
        anchors = [anchor for one in own for anchor in _anchors(one, speech, policy)]
        anchors.sort(key=lambda anchor: (anchor.span, anchor.sighting.kind, anchor.sighting.source))
        moments += [_moment(bearer, span, group, policy) for span, group in _grouped(anchors, policy)]
    return sorted(moments, key=rank_key)


def rank_key(moment: Moment) -> tuple[bool, int, dt.datetime, str, dt.datetime]:
    """Sorts must-see first, then the higher score, then the earlier; whole numbers and times only."""
    return (not moment.must_see, -moment.score, moment.starts_at, moment.bearer, moment.ends_at)


def _anchors(sighting: Sighting, speech: timespan.SpanSet, policy: MomentPolicy) -> Iterable[_Anchor]:
    """Stretches to look at for one sighting: a long state is looked at where it begins and where it ends."""
    if not policy.weights.get(sighting.kind):
        return
    spoken = _overlap(speech, sighting.span)
    must_see = _must_see(sighting, spoken, policy)
    points = policy.weights[sighting.kind] * min(max(sighting.score, 0.0), 1.0)
    before = policy.before_stop if sighting.kind == "unexplained_stop" else policy.before
    for part, share in _parts(sighting, policy):
        span = timespan.Span(part.starts_at - before, part.ends_at + policy.after)
        yield _Anchor(span, sighting, must_see and share == 1.0, bool(spoken), round(points * share))


def _parts(sighting: Sighting, policy: MomentPolicy) -> list[tuple[timespan.Span, float]]:
    """The stretches of a sighting that are looked at, each with its share of the points."""
    span = sighting.span
    if sighting.kind in _STATES and span.duration > 2 * policy.edge:
        return [
            (timespan.Span(span.starts_at, span.starts_at + policy.edge), 1.0),
            (timespan.Span(span.ends_at - policy.edge, span.ends_at), policy.end_share),
        ]
    return [(timespan.Span(span.starts_at, min(span.ends_at, span.starts_at + policy.look)), 1.0)]


def _overlap(speech: timespan.SpanSet, span: timespan.Span) -> dt.timedelta:
    """How much of ``span`` is speech; a shift has thousands of both, so only the neighbours are looked at."""
    first = bisect.bisect_right(speech.spans, span.starts_at, key=lambda one: one.ends_at)
    end = bisect.bisect_left(speech.spans, span.ends_at, key=lambda one: one.starts_at)
    return timespan.SpanSet(speech.spans[first:end]).clipped(span).total()


def _must_see(sighting: Sighting, spoken: dt.timedelta, policy: MomentPolicy) -> bool:
    """Whether a person must see it: a rule for each kind, none of them a sum of small things."""
    if sighting.kind in _HIDDEN:
        hidden = sighting.span.duration
        return hidden >= policy.hidden_at_least and spoken >= policy.hidden_speech_at_least
    if sighting.kind == "impulse":
        return sighting.score >= policy.impulse_at_least
    if sighting.kind == "raised_voice":
        return sighting.score >= policy.raised_voice_at_least
    return sighting.kind in {"button", "unexplained_stop"}


def _grouped(anchors: list[_Anchor], policy: MomentPolicy) -> Iterable[tuple[timespan.Span, list[_Anchor]]]:
    """Anchors near each other, as long as together they stay within the longest moment.

    What claims to deserve eyes makes moments; what does not joins one that it touches without making it longer, and
    only what is left over makes moments of its own.
    """
    strong = [one for one in anchors if one.must_see or one.points >= policy.claim_points]
    weak = [one for one in anchors if not (one.must_see or one.points >= policy.claim_points)]
    groups = list(_joined(strong, policy))
    starts = [span.starts_at for span, _group in groups]
    left: list[_Anchor] = []
    for anchor in weak:
        place = bisect.bisect_right(starts, anchor.span.starts_at) - 1
        near = [one for one in (place, place + 1) if 0 <= one < len(groups)]
        touched = next((one for one in near if groups[one][0].overlaps(anchor.span)), None)
        if touched is None:
            left.append(anchor)
        else:
            groups[touched][1].append(anchor)
    yield from groups
    yield from _joined(left, policy)


def _joined(anchors: list[_Anchor], policy: MomentPolicy) -> Iterable[tuple[timespan.Span, list[_Anchor]]]:
    """Anchors in order of time, joined while they are near and the whole is not too long."""
    span: timespan.Span | None = None
    group: list[_Anchor] = []
    for anchor in anchors:
        if span is None:
            span, group = anchor.span, [anchor]
            continue
        joined = timespan.Span(span.starts_at, max(span.ends_at, anchor.span.ends_at))
        near = anchor.span.starts_at <= span.ends_at + policy.merge_within
        if near and (joined.duration <= policy.longest or joined.ends_at == span.ends_at):
            span, group = joined, [*group, anchor]
            continue
        yield span, group
        span, group = timespan.Span(max(anchor.span.starts_at, span.ends_at), anchor.span.ends_at), [anchor]
    if span is not None:
        yield span, group


def _moment(bearer: str, span: timespan.Span, group: list[_Anchor], policy: MomentPolicy) -> Moment:
    components: dict[str, int] = {}
    for anchor in group:
        kind = anchor.sighting.kind
        components[kind] = max(components.get(kind, 0), anchor.points)
    components = {kind: components[kind] for kind in sorted(components)}
    senses = {_SENSES.get(kind, "sound") for kind in components}
    if len(senses) > 1:
        components["together"] = policy.together_points * (len(senses) - 1)
    if any(anchor.with_speech for anchor in group):
        components["with_speech"] = policy.speech_points
    return Moment(
        bearer=bearer,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        must_see=any(anchor.must_see for anchor in group),
        components=components,
        reasons=tuple(_reasons(group)),
    )


def _reasons(group: list[_Anchor]) -> Iterable[Reason]:
    """One a sighting, in order of time; both ends of a long one in the same moment are one reason."""
    told: list[Sighting] = []
    for anchor in group:
        sighting = anchor.sighting
        if sighting in told:
            continue
        told.append(sighting)
        facts = {
            "score": sighting.score,
            "seconds": sighting.span.duration.total_seconds(),
            **sighting.evidence,
        }
        yield Reason(
            code=sighting.kind,
            starts_at=sighting.starts_at,
            ends_at=sighting.ends_at,
            must_see=anchor.must_see,
            facts={name: facts[name] for name in sorted(facts)},
            source=sighting.source,
        )
