"""Pages answer within 200 ms, a month of minutes within 500 ms, over 4,000 cameras and 120,000 shifts.

A throw-away database on the embedded cluster is filled with 31 provinces, 3,000 units, 12,000 people, 4,000
cameras and 120,000 shifts of one month with their crews, counts and reviews, 500,000 recordings and 20,000 cases
and excuses. Each page is asked for through the whole stack (middleware, gates, queries, template) by Django's own
client, signed in as a role that has use for it, in Persian.

*first* is the very first request for the page: templates not compiled, and PostgreSQL started anew after the
filling, so that its own buffers are empty (the system's file cache is not). *median* and *p95* are of the
requests after it, the pages taken in turn, so that none is favoured by having just been asked for. *database* is the
time of all statements of one request. The slowest median counts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

LIST_GOAL_MS, MONTH_GOAL_MS = 200, 500
PROVINCES, COUNTIES_EACH, STATIONS = 31, 8, 2_720  # with the headquarters 3,000 units
PEOPLE, CAMERAS, SHIFTS, DAYS = 12_000, 4_000, 120_000, 30
RECORDINGS, REVIEWS, CASES, EXCUSES = 500_000, 120_000, 20_000, 20_000
DATABASE = "bench_siyanat_pages"

# Each statement fills one table from the last; :names are the figures above.
FILL = (
    """INSERT INTO roster_unit (id, code, name_fa, name_en, kind, parent_id, path, camera_target)
       VALUES (1, 'N', 'ستاد', 'Headquarters', 'national', NULL, '/1/', 0)""",
    """INSERT INTO roster_unit (id, code, name_fa, name_en, kind, parent_id, path, camera_target)
       SELECT 1 + p, 'P' || lpad(p::text, 2, '0'), 'استان ' || p, 'Province ' || p, 'province', 1,
              '/1/' || 1 + p || '/', 100 FROM generate_series(1, %(provinces)s) p""",
    """INSERT INTO roster_unit (id, code, name_fa, name_en, kind, parent_id, path, camera_target)
       SELECT 100 + c, 'C' || lpad(c::text, 3, '0'), 'شهرستان ' || c, 'County ' || c, 'county', u.id,
              u.path || 100 + c || '/', 0
       FROM generate_series(1, %(counties)s) c JOIN roster_unit u ON u.id = 2 + (c - 1) %% %(provinces)s""",
    """INSERT INTO roster_unit (id, code, name_fa, name_en, kind, parent_id, path, camera_target)
       SELECT 1000 + s, 'S' || lpad(s::text, 4, '0'), 'کلانتری ' || s, 'Station ' || s, 'station', u.id,
              u.path || 1000 + s || '/', 0
       FROM generate_series(1, %(stations)s) s JOIN roster_unit u ON u.id = 101 + (s - 1) %% %(counties)s""",
    """INSERT INTO roster_person (id, personnel_number, national_id, given_name_fa, family_name_fa, given_name_en,
                                  family_name_en, search_key, unit_id)
       SELECT gen_random_uuid(), (100000 + n)::text, lpad(n::text, 10, '0'), 'نام ' || n %% 400, 'خانواده ' || n,
              'Name ' || n %% 400, 'Family ' || n, 'نام ' || n %% 400 || ' خانواده ' || n || ' ' || 100000 + n,
              1001 + n %% %(stations)s FROM generate_series(1, %(people)s) n""",
    """INSERT INTO cameras_camera (serial, model, firmware, unit_id, state, battery_percent, storage_free_percent,
                                   registered_at)
       SELECT 'BWC-' || lpad(n::text, 5, '0'), 'Model ' || n %% 3, '1.2', 1001 + n %% %(stations)s,
              (ARRAY['ready', 'docked', 'in_stock', 'faulty', 'issued'])[1 + n %% 5], n %% 101, n * 7 %% 101, %(now)s
       FROM generate_series(1, %(cameras)s) n""",
    """INSERT INTO roster_shift (id, code, unit_id, starts_at, ends_at, state, place_fa, place_en)
       SELECT gen_random_uuid(), '1405/' || n, 1001 + n %% %(stations)s, s, s + interval '8 hours', 'ended',
              'میدان ' || n %% 90, 'Square ' || n %% 90
       FROM (SELECT n, %(month)s::timestamptz + (n %% %(days)s) * interval '1 day' + (n %% 3) * interval '8 hours' AS s
             FROM generate_series(1, %(shifts)s) n) made""",
    """INSERT INTO roster_crewmember (shift_id, person_id, starts_at, ends_at, bears_camera, recorded_at, reason)
       SELECT s.id, p.id, s.starts_at, s.ends_at, true, s.starts_at, ''
       FROM roster_shift s
       JOIN (SELECT id, unit_id, row_number() OVER (PARTITION BY unit_id ORDER BY personnel_number) AS place
             FROM roster_person) p ON p.unit_id = s.unit_id AND p.place <= 2""",
    """INSERT INTO coverage_count (shift_id, person_id, counted_at, owed_ms, recorded_ms, excused_ms, unaccounted_ms,
                                   recorded, is_provisional)
       SELECT s.id, NULL, s.ends_at, 28800000, 28800000 - e - u, e, u, '[]', false
       FROM (SELECT *, (random() * 900000)::bigint AS e, (random() * 1800000)::bigint AS u FROM roster_shift) s""",
    """INSERT INTO coverage_count (shift_id, person_id, counted_at, owed_ms, recorded_ms, excused_ms, unaccounted_ms,
                                   recorded, is_provisional)
       SELECT c.shift_id, c.person_id, c.ends_at, 28800000, 28000000, 200000, 600000, '[]', false
       FROM roster_crewmember c""",
    """CREATE TEMPORARY TABLE filmed AS
       SELECT gen_random_uuid() AS id, row_number() OVER () AS n, c.shift_id, c.person_id, s.unit_id,
              s.starts_at + part * interval '160 minutes' + random() * interval '5 minutes' AS starts_at
       FROM roster_crewmember c JOIN roster_shift s ON s.id = c.shift_id, generate_series(0, 2) part
       ORDER BY part, c.id LIMIT %(recordings)s""",
    """INSERT INTO evidence_recording (id, sha256, size_bytes, original_name, camera_id, unit_id, shift_id, person_id,
           received_at, starts_at, ends_at, duration_ms, clock_drift_ms, container, video_codec, audio_codec, width, height,
           probe, key_frames_ms, is_intentional, is_truncated, state, analyzed_at)
       SELECT f.id, encode(sha256(f.id::text::bytea), 'hex'), 900000000 + hashtext(f.id::text) %% 90000000,
              'f' || f.n || '.mp4', (SELECT min(id) FROM cameras_camera) + f.n %% %(cameras)s, f.unit_id, f.shift_id,
              CASE WHEN f.n %% 500 > 0 THEN f.person_id END, f.starts_at + interval '10 hours', f.starts_at,
              f.starts_at + interval '160 minutes', 9600000 - abs(hashtext(f.id::text)) %% 900000, 0, 'mp4', 'h264', 'aac',
              1280, 720, '{"format": "mp4", "streams": [{"kind": "video", "codec": "h264", "bit_rate": 2000000}]}', '[]',
              f.n %% 50 = 0, f.n %% 700 = 0, CASE WHEN f.n %% 40 = 0 THEN 'disposed' ELSE 'sealed' END,
              CASE WHEN f.n %% 300 > 0 THEN f.starts_at + interval '11 hours' END
       FROM filmed f""",
    """INSERT INTO evidence_attribution (recording_id, shift_id, person_id, basis, recorded_at, reason)
       SELECT f.id, f.shift_id, CASE WHEN f.n %% 500 > 0 THEN f.person_id END, 'issue', f.starts_at, '' FROM filmed f""",
    """INSERT INTO signals_run (recording_id, started_at, finished_at, is_current, failure, detectors, duration_ms,
                                reached_ms)
       SELECT f.id, f.starts_at, f.starts_at + interval '11 hours', true, '', '[]', 9600000, 9600000
       FROM filmed f WHERE f.n %% 300 > 0""",
    """INSERT INTO triage_plan (id, shift_id, made_at, policy, owed, inputs_digest, planned_ms, owed_ms, over_budget_ms,
                                random_population, random_count, strata)
       SELECT gen_random_uuid(), s.id, s.ends_at, '{}', '[]', '', 1320000, 57600000, 0, 1920, 12, '[]'
       FROM (SELECT * FROM roster_shift ORDER BY id LIMIT %(reviews)s) s""",
    """INSERT INTO review_review (id, shift_id, line, unit_id, plan_id, state, goes_above, created_at, due_at,
                                  signed_off_at, watched_ms, summary)
       SELECT gen_random_uuid(), s.id, 'first', s.unit_id, s.plan_id,
              CASE WHEN n %% 8 = 0 THEN 'waiting' ELSE 'signed_off' END, false, s.ends_at,
              s.ends_at + interval '3 days', CASE WHEN n %% 8 = 0 THEN NULL ELSE s.ends_at + interval '1 day' END, 0, ''
       FROM (SELECT s.*, p.id AS plan_id, row_number() OVER (ORDER BY s.id) AS n
             FROM roster_shift s JOIN triage_plan p ON p.shift_id = s.id) s""",
    """INSERT INTO review_review (id, shift_id, line, unit_id, plan_id, state, goes_above, created_at, due_at,
                                  signed_off_at, watched_ms, summary, first_id)
       SELECT gen_random_uuid(), r.shift_id, 'second', 1001 + n %% %(stations)s, r.plan_id,
              CASE WHEN n %% 50 = 0 THEN 'waiting' ELSE 'signed_off' END, false, r.signed_off_at,
              r.signed_off_at + interval '7 days',
              CASE WHEN n %% 50 = 0 THEN NULL ELSE r.signed_off_at + interval '2 days' END,
              0, '', r.id
       FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM review_review WHERE signed_off_at IS NOT NULL) r
       WHERE n %% 10 = 0""",
    """INSERT INTO coverage_excuse (id, shift_id, person_id, span, kind, note, state, asked_by_id, asked_at,
                                    decision_note)
       SELECT gen_random_uuid(), c.shift_id, c.person_id, tstzrange(c.starts_at, c.starts_at + interval '10 minutes'),
              'battery_swap', '', 'asked', %(user)s, c.ends_at, ''
       FROM (SELECT * FROM roster_crewmember ORDER BY id LIMIT %(excuses)s) c""",
    """INSERT INTO cases_case (id, number, unit_id, handling_unit_id, shift_id, origin, origin_reference, title, summary,
                               officer_summary, protects_complainant, state, opened_at, due_at, decision, decision_reasons)
       SELECT gen_random_uuid(), '1405-' || lpad(n::text, 6, '0'), s.unit_id, s.unit_id, s.id, 'gap', '', 'پرونده ' || n,
              '', '', false, (ARRAY['open', 'answered', 'decided', 'closed', 'closed', 'closed'])[1 + n %% 6], s.ends_at,
              s.ends_at + interval '20 days', '', ''
       FROM (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM roster_shift ORDER BY id DESC LIMIT %(cases)s) s""",
    """INSERT INTO cases_concerned (case_id, person_id, notified_at)
       SELECT k.id, c.person_id, k.opened_at FROM cases_case k JOIN roster_crewmember c ON c.shift_id = k.shift_id
       WHERE c.id IN (SELECT min(id) FROM roster_crewmember GROUP BY shift_id)""",
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page to measure: who asks for it, and which goal it has."""

    name: str
    who: str
    url: str
    is_month: bool = False


def fill(user_id: object) -> None:
    """Write the whole country into the empty database."""
    import datetime as dt

    from django.db import connection

    from siyanat.lib import clock, jalali

    now = clock.now()
    year, month, _day = jalali.from_gregorian(jalali.local_date(now))
    starts_at, _ends_at = jalali.month_range(*((year, month - 1) if month > 1 else (year - 1, 12)))
    figures = {
        "provinces": PROVINCES, "counties": PROVINCES * COUNTIES_EACH, "stations": STATIONS, "people": PEOPLE,
        "cameras": CAMERAS, "shifts": SHIFTS, "days": min(DAYS, 29), "recordings": RECORDINGS, "reviews": REVIEWS,
        "cases": CASES, "excuses": EXCUSES,
        "now": now, "month": starts_at + dt.timedelta(hours=3), "user": user_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in FILL:
            begun = time.perf_counter()
            cursor.execute(statement, figures)
            table = statement.split()[2]
            print(f"{table:24} {cursor.rowcount:9} rows {time.perf_counter() - begun:6.1f} s")
            cursor.execute("ANALYZE" if table == "TABLE" else f"ANALYZE {table}")
        for table in ("roster_unit", "cameras_camera", "roster_crewmember"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
        cursor.execute("ANALYZE")


def make_people() -> None:
    """Accounts with a post each: of one station, one province, the country; the officer has served in shifts."""
    from siyanat.accounts import models as accounts
    from siyanat.roster import models as roster

    posts = {
        "head": ("station_head", "S0001"), "reviewer": ("provincial_reviewer", "P01"), "overseer": ("external_overseer", "N"),
        "admin": ("administrator", "N"), "leader": ("shift_leader", "S0001"), "integrity": ("integrity_officer", "N"),
        "custodian": ("evidence_custodian", "P01"), "steward": ("camera_steward", "P01"),
        "officer": ("patrol_officer", "S0001"),
    }  # fmt: skip
    for number, (name, (role, code)) in enumerate(posts.items()):
        unit = roster.Unit.objects.get(code=code)
        user = accounts.User.objects.create_user(name, "a long enough password")
        served = roster.Person.objects.filter(unit=unit, crew_memberships__isnull=False).first()
        person = served if served and name == "officer" else roster.Person(
            personnel_number=f"9{number}", national_id=f"99{number:08d}", given_name_fa=name, family_name_fa=name,
            search_key=name, unit=unit,
        )  # fmt: skip
        person.user = user
        person.save()
        roster.HeldPost.objects.create(
            person=person, role=role, unit=unit, held=("2020-01-01T00:00:00Z", None)
        )


def pages(month: str) -> list[Page]:
    """Every page that the claim is about."""
    return [
        Page("cameras", "admin", "/cameras/"),
        Page("cameras, by state", "admin", "/cameras/?state=faulty"),
        Page("cameras, by province", "admin", "/cameras/?unit=P03"),
        Page("cameras, sorted", "admin", "/cameras/?sort=-battery"),
        Page("cameras, searched", "admin", "/cameras/?q=0123"),
        Page("shifts", "overseer", "/roster/shifts/"),
        Page("shifts, by province", "overseer", "/roster/shifts/?unit=P03"),
        Page("shifts, by state", "overseer", "/roster/shifts/?state=ended"),
        Page("shifts, sorted", "overseer", "/roster/shifts/?sort=unit"),
        Page("shifts, searched", "overseer", "/roster/shifts/?q=1405/99"),
        Page("shifts, page 1,000", "overseer", "/roster/shifts/?page=1000"),
        Page("people", "admin", "/roster/people/"),
        Page("people, searched", "admin", "/roster/people/?q=خانواده ۷۷"),
        Page("units", "admin", "/roster/units/"),
        Page("recordings", "overseer", "/evidence/"),
        Page("recordings, by camera", "overseer", "/evidence/?camera=BWC-00123"),
        Page("recordings, by unit", "overseer", "/evidence/?unit=P03"),
        Page(
            "recordings, by time",
            "overseer",
            f"/evidence/?since={month.replace('-', '/')}/10&until={month.replace('-', '/')}/12",
        ),
        Page("recordings, by state", "overseer", "/evidence/?state=disposed"),
        Page("recordings, by place", "overseer", "/evidence/?place=میدان ۷"),
        Page("recordings, unattributed", "overseer", "/evidence/?attributed=no"),
        Page("recordings, sorted by size", "overseer", "/evidence/?sort=size_bytes"),
        Page("recordings, sorted by length", "overseer", "/evidence/?sort=-duration_ms"),
        Page("recordings, by arrival", "overseer", "/evidence/?sort=-received_at"),
        Page("recordings of one officer", "overseer", "/evidence/?officer=100777"),
        Page("recordings of many officers", "overseer", "/evidence/?officer=نام ۷۷"),
        Page("recordings of nobody", "overseer", "/evidence/?officer=هیچ‌کس"),
        Page("recordings of a province", "reviewer", "/evidence/"),
        Page("recordings, officer, province", "reviewer", "/evidence/?officer=نام ۷۷"),
        Page("recordings of a station", "head", "/evidence/"),
        Page("recordings, officer, station", "head", "/evidence/?officer=نام ۷۷"),
        Page("recordings, page 20", "overseer", "/evidence/?page=20"),
        Page("recordings, own", "officer", "/evidence/"),
        Page("reviews", "reviewer", "/review/"),
        Page("reviews, overdue", "reviewer", "/review/?tab=overdue"),
        Page("reviews, under way", "reviewer", "/review/?tab=under_way"),
        Page("reviews, signed off", "reviewer", "/review/?tab=signed_off"),
        Page("reviews, searched", "reviewer", "/review/?q=1405/77"),
        Page("reviews of the country", "overseer", "/review/"),
        Page("reviews signed off, country", "overseer", "/review/?tab=signed_off"),
        Page("reviews of a station", "head", "/review/"),
        Page("own shifts", "officer", "/review/mine/"),
        Page("kartabl of a head", "head", "/"),
        Page("kartabl of a reviewer", "reviewer", "/"),
        Page("kartabl of an overseer", "overseer", "/"),
        Page("kartabl of an integrity off.", "integrity", "/"),
        Page("kartabl of a custodian", "custodian", "/"),
        Page("kartabl of a shift leader", "leader", "/"),
        Page("kartabl of a steward", "steward", "/"),
        Page("kartabl of an officer", "officer", "/"),
        Page("kartabl of an administrator", "admin", "/"),
        Page("excuses", "reviewer", "/coverage/excuses/"),
        Page("excuses, country", "integrity", "/coverage/excuses/"),
        Page("cases", "overseer", "/cases/"),
        Page("cases, all", "overseer", "/cases/?state=all"),
        Page("cases, sorted", "integrity", "/cases/?sort=-opened_at"),
        Page("cases, searched", "integrity", "/cases/?q=پرونده ۷۷"),
        Page("cases about oneself", "officer", "/cases/mine/"),
        Page("holds", "custodian", "/evidence/holds/"),
        Page("quarantine", "custodian", "/ingest/"),
        Page("to be disposed of", "custodian", "/archive/due/"),
        Page("cameras overdue", "steward", "/cameras/overdue/"),
        Page("roll-out", "overseer", "/cameras/rollout/"),
        Page("use of cameras", "overseer", "/cameras/use/"),
        Page("status", "admin", "/status/"),
        Page("month of the country", "overseer", f"/coverage/?month={month}&unit=N", True),
        Page("month of a province", "overseer", f"/coverage/?month={month}&unit=P03", True),
        Page("month of a station", "head", f"/coverage/?month={month}", True),
    ]


def sign_in(user: Any) -> Any:
    """A client in a session of the user that was opened with a second factor, as the roles concerned need."""
    from allauth.mfa.models import Authenticator
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.force_login(user)
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
    )
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0, "type": "totp"}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    client.cookies["language"] = "fa"
    return client


def ask(client: Any, url: str) -> tuple[float, int]:
    """Milliseconds and status of one request."""
    begun = time.perf_counter()
    status = client.get(url).status_code
    return (time.perf_counter() - begun) * 1000, status


def watch_statements(client: Any, url: str) -> dict[str, Any]:
    """How many statements one request makes, how long they take together, and which is the slowest."""
    from django.db import connection, reset_queries

    connection.force_debug_cursor = True
    reset_queries()
    client.get(url)
    statements = [(float(one["time"]) * 1000, one["sql"]) for one in connection.queries]
    connection.force_debug_cursor = False
    slowest = max(statements, default=(0.0, ""))
    return {
        "queries": len(statements), "database_ms": round(sum(took for took, _ in statements), 1),
        "slowest_query_ms": round(slowest[0], 1), "slowest_query": slowest[1][:4000],
    }  # fmt: skip


def measure(asked: list[Page], people: dict[str, Any], *, repeats: int) -> list[dict[str, Any]]:
    """First request, statements, then median and 95th percentile of ``repeats`` rounds over all pages in turn."""
    clients = {name: sign_in(user) for name, user in people.items()}
    ask(clients["admin"], "/healthz")
    firsts = [ask(clients[page.who], page.url) for page in asked]
    statements = [watch_statements(clients[page.who], page.url) for page in asked]
    rounds = [[ask(clients[page.who], page.url)[0] for page in asked] for _ in range(repeats)]
    return [
        {
            "page": page.name, "who": page.who, "url": page.url, "is_month": page.is_month, "status": status,
            "first_ms": round(first, 1), "ms": round(statistics.median(times), 1),
            "p95_ms": round(statistics.quantiles(times, n=20, method="inclusive")[-1], 1), **told,
        }
        for page, (first, status), told, times in zip(
            asked, firsts, statements, zip(*rounds, strict=True), strict=True
        )
    ]  # fmt: skip


@contextlib.contextmanager
def country(*, keep: bool) -> Iterator[dict[str, Any]]:
    """A cluster of its own with the filled database, its server started anew; the accounts by name."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections

    from siyanat.config import postgres

    cluster = None
    if "SIYANAT_DATABASE_URL" not in os.environ:
        cluster = postgres.locate(Path(os.environ["SIYANAT_HOME"]))
        postgres.start(cluster, durable=False)
        for configured in (settings.DATABASES["default"], connections["default"].settings_dict):
            configured.update(cluster.address())
    settings.ALLOWED_HOSTS = ["*"]
    settings.DATABASES["default"]["TEST"]["NAME"] = DATABASE
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    call_command("createcachetable", verbosity=0)
    try:
        yield ensure_filled()
    finally:
        if not keep:
            connection.creation.destroy_test_db(DATABASE, verbosity=0)
        connection.close()
        if cluster and not keep:
            postgres.stop(cluster)


def ensure_filled() -> dict[str, Any]:
    """Fill the database unless an earlier run has kept it, and empty PostgreSQL's buffers; the accounts by name."""
    from django.db import connection

    from siyanat.accounts import models as accounts
    from siyanat.config import postgres

    begun = time.perf_counter()
    if not accounts.User.objects.exists():
        fill(accounts.User.objects.create_user("anybody", None).pk)
        make_people()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        print(f"filled in {time.perf_counter() - begun:.0f} s\n")
    if "SIYANAT_DATABASE_URL" not in os.environ:
        cluster = postgres.locate(Path(os.environ["SIYANAT_HOME"]))
        connection.close()
        postgres.stop(cluster)
        postgres.start(cluster, durable=False)
    return {user.username: user for user in accounts.User.objects.exclude(username="anybody")}


def report(rows: list[dict[str, Any]]) -> bool:
    """Print the table and the two lines of the claim; whether both were met."""
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; milliseconds\n")
    print(f"{'page':30} {'status':>6} {'first':>8} {'median':>8} {'p95':>8} {'queries':>8} {'database':>9}")
    for row in rows:
        figures = f"{row['first_ms']:8.0f} {row['ms']:8.0f} {row['p95_ms']:8.0f} {row['queries']:8} {row['database_ms']:9.0f}"
        print(f"{row['page']:30} {row['status']:6} {figures}")
    absent = [row["page"] for row in rows if row["status"] != 200]
    if absent:
        print(f"\nnot measured, for they did not answer 200: {', '.join(absent)}")
    is_met = not absent
    print()
    for name, of_month, goal in (("list_ms", False, LIST_GOAL_MS), ("month_ms", True, MONTH_GOAL_MS)):
        worst = max((row["ms"] for row in rows if row["is_month"] == of_month), default=0.0)
        met = worst <= goal and not absent
        is_met = is_met and met
        print(f"pages {name}={worst:.0f} goal={goal} {'met' if met else 'missed'}")
    return is_met


def main() -> int:
    """Build, measure, report; the database is dropped afterwards unless ``--keep``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=21)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "pages.json")
    parser.add_argument("--only", default="", help="only pages whose name holds this")
    parser.add_argument("--keep", action="store_true", help="leave the database, and use one that was left")
    options = parser.parse_args()
    home = os.environ.get("SIYANAT_HOME", str(Path(tempfile.gettempdir()) / f"siyanat-{os.geteuid()}"))
    os.environ["SIYANAT_HOME"] = (
        f"{home}-bench"  # its server is stopped and started: never a deployment's own
    )
    from siyanat.lib import clock, jalali

    year, month, _day = jalali.from_gregorian(jalali.local_date(clock.now()))
    year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    asked = [page for page in pages(f"{year}-{month:02d}") if options.only in page.name]
    with country(keep=options.keep) as people:
        rows = measure(asked, people, repeats=options.repeats)
    is_met = report(rows)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
