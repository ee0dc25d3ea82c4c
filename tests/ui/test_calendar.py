from __future__ import annotations

import datetime as dt
import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

from siyanat.lib import jalali

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
EPOCH = dt.date(1970, 1, 1)
# Compares the browser's calendar with rows of [days since 1970, year, month, day, place in the week].
SCRIPT = """
import fs from "node:fs";
import { transformWithOxc } from "vite";
const { code } = await transformWithOxc(fs.readFileSync("src/jalali.ts", "utf8"), "jalali.ts");
const calendar = await import("data:text/javascript;base64," + Buffer.from(code).toString("base64"));
const rows = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
const wrong = rows.filter(([number, year, month, day, place]) => {
  const found = calendar.fromDayNumber(number);
  const same = found.year === year && found.month === month && found.day === day;
  return !same || calendar.toDayNumber(found) !== number || calendar.weekday(found) !== place;
});
console.log(JSON.stringify(wrong.slice(0, 5)));
"""


@pytest.mark.skipif(not (FRONTEND / "node_modules/vite").exists(), reason="the front-end is not installed")
def test_the_browsers_calendar_agrees_with_the_servers_from_1331_to_1457(
    tmp_path: Path,
) -> None:
    spec = importlib.util.spec_from_file_location("build_tool", FRONTEND.parent / "tools/hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    _npm, environment = build.find_node()
    days = [EPOCH + dt.timedelta(days=number) for number in range(-6300, 39_700, 3)]
    rows = [[(day - EPOCH).days, *jalali.from_gregorian(day), (day.weekday() + 2) % 7] for day in days]
    table = tmp_path / "days.json"
    table.write_text(json.dumps(rows))
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT, str(table)],
        cwd=FRONTEND,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []
