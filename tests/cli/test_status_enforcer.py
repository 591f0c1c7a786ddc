import argparse
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.status_enforcer import _complaints, _lines, enforcer
from gateway.enforcer.store import Store

WELL: dict[str, Any] = {
    "table": True,
    "held": True,
    "latched": False,
    "foreign_hooks": [],
    "site": {
        "number": 1,
        "digest": "a" * 64,
        "at": "2026-11-10T09:00:00+00:00",
        "who": "root",
        "comment": "新しい端末",
        "unproved": "",
    },
    "trial_left_s": None,
    "windows": [],
    "grants": [],
    "clock_believed": True,
    "proof": {"at": "2026-11-10T09:00:01+00:00", "refusal": "", "seconds": 0.17},
    "pid": 1,
    "protection": "held",
    "repairs": 0,
    "last_repair": None,
    "failing": [],
    "missing_ports": [],
}
WINDOW = {"window": "lan_claim_share", "open_for_s": 90.0}


def test_what_is_well_has_nothing_to_mend_and_the_sites_own_clock() -> None:
    assert list(_complaints(WELL)) == []
    assert ("proof", "proved at 2026-11-10 18:00:01 in 0.17 s") in list(_lines(WELL))
    assert ("site", "aaaaaaaaaaaa since 2026-11-10 18:00 by root, 新しい端末") in list(_lines(WELL))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"latched": True}, "the box is closed"),
        ({"table": False}, "the table is not in force"),
        ({"windows": [WINDOW], "clock_believed": False}, "nobody sets this clock"),
        ({"failing": ["guard: x"]}, "not as declared: guard: x"),
        ({"missing_ports": ["eth2"]}, "port eth2 is gone"),
        ({"proof": {"at": "", "refusal": "T1 disproved: x", "seconds": 0.2}}, "not proved: T1 disproved: x"),
        ({"site": WELL["site"] | {"unproved": "until Friday"}}, "in force without proof, by root: until Friday"),
    ],
)
def test_each_trouble_says_what_to_do(change: dict[str, Any], told: str) -> None:
    (complaint,) = _complaints(WELL | change)
    assert complaint.startswith(told)


def test_without_a_pid_no_enforcer_runs() -> None:
    data = {key: value for key, value in WELL.items() if key not in ("pid", "protection", "repairs")}
    assert [one[:16] for one in _complaints(data)] == ["no enforcer runs"]


def test_windows_trials_and_repairs_are_lines() -> None:
    repair = {"at": "", "what": "guard: - ipv4 rule 5", "who": "ip (pid 7)"}
    lines = dict(_lines(WELL | {"windows": [WINDOW], "trial_left_s": 61.0, "repairs": 2, "last_repair": repair}))
    assert lines["window"] == "lan_claim_share: open for 1m30s"
    assert "within 1m01s" in lines["on trial"]
    assert lines["repairs"] == "2 since the start; the last: guard: - ipv4 rule 5, by ip (pid 7)"


def test_what_cannot_be_learned_is_a_complaint(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    (store.root / "standing.json").write_text("{")
    places = argparse.Namespace(command="status", run_dir=tmp_path / "run", state_dir=store.root)
    assert len(enforcer(places).complaints) == 1
