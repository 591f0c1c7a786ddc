import argparse
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.status_enforcer import _complaints, _critical, _figures, _lines, enforcer
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
    "tunnel": None,
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


def told(data: dict[str, Any]) -> list[str]:
    """All that people are asked to mend."""
    return [*_critical(data, "en"), *_complaints(data, "en")]


WINDOW = {"window": "lan_claim_share", "open_for_s": 90.0}


def test_what_is_well_has_nothing_to_mend_and_the_sites_own_clock() -> None:
    assert told(WELL) == []
    assert ("proof", "proved at 2026-11-10 18:00:01 in 0.17 s") in list(_lines(WELL, "en"))
    assert ("site", "aaaaaaaaaaaa since 2026-11-10 18:00 by root, 新しい端末") in list(_lines(WELL, "en"))


def test_in_japanese_every_line_is(capsys: pytest.CaptureFixture[str]) -> None:
    grant = {"grant": "vendor-ssh", "at_most_s": 60.0, "sources": ["192.168.10.250"], "open_for_s": 61.0}
    everything = WELL | {"windows": [WINDOW], "grants": [grant], "trial_left_s": 61.0, "repairs": 2}

    lines = list(_lines(everything, "ja"))

    assert all(not title.isascii() and (not text.isascii() or title == "証明") for title, text in lines)
    assert ("証明", "2026-11-10 18:00:01 に 0.17 秒で証明済み") in lines
    assert ("一時許可", "vendor-ssh: 開（残り 1m01s）（接続元 192.168.10.250）") in lines


@pytest.mark.parametrize(
    ("change", "en", "ja"),
    [
        ({"latched": True}, "the box is closed", "装置は閉じています"),
        ({"table": False}, "the table is not in force", "テーブルが有効でない"),
        ({"failing": ["guard: x"]}, "not as declared: guard: x", "宣言どおりではありません: guard: x"),
        ({"missing_ports": ["eth2"]}, "port eth2 is gone", "ポート eth2 がありません"),
        (
            {"proof": {"at": "", "refusal": "T1 disproved: x", "seconds": 0.2}},
            "not proved: T1 disproved: x",
            "証明できません: T1",
        ),
    ],
)
def test_what_stands_still_is_critical_and_says_what_to_do(change: dict[str, Any], en: str, ja: str) -> None:
    assert list(_complaints(WELL | change, "en")) == []
    for lang, begins in (("en", en), ("ja", ja)):
        (complaint,) = _critical(WELL | change, lang)
        assert complaint.startswith(begins)


@pytest.mark.parametrize(
    ("change", "en", "ja"),
    [
        ({"windows": [WINDOW], "clock_believed": False}, "nobody sets this clock", "時刻が同期していない"),
        (
            {"site": WELL["site"] | {"unproved": "until Friday"}},
            "in force without proof, by root: until Friday",
            "証明なしで有効です（root）: until Friday",
        ),
    ],
)
def test_what_can_wait_is_a_complaint(change: dict[str, Any], en: str, ja: str) -> None:
    assert list(_critical(WELL | change, "en")) == []
    for lang, begins in (("en", en), ("ja", ja)):
        (complaint,) = _complaints(WELL | change, lang)
        assert complaint.startswith(begins)


def test_without_a_pid_no_enforcer_runs() -> None:
    data = {key: value for key, value in WELL.items() if key not in ("pid", "protection", "repairs")}
    assert [one[:16] for one in told(data)] == ["no enforcer runs"]


def test_figures_for_monitoring_follow_what_is_shown() -> None:
    data = WELL | {"windows": [WINDOW], "repairs": 3, "missing_ports": ["eth2"]}

    figures = {(one.name, *one.labels): one.value for one in _figures(data)}

    assert figures["enforcer_running",] == figures["table_in_force",] == figures["proved",] == 1
    assert figures["repairs_total",] == 3
    assert figures["ports_missing",] == 1
    assert figures["window_open", ("window", "lan_claim_share")] == 1
    assert figures["proof_timestamp_seconds",] == 1794301201


def test_windows_trials_and_repairs_are_lines() -> None:
    repair = {"at": "", "what": "guard: - ipv4 rule 5", "who": "ip (pid 7)"}
    lines = dict(_lines(WELL | {"windows": [WINDOW], "trial_left_s": 61.0, "repairs": 2, "last_repair": repair}, "en"))
    assert lines["window"] == "lan_claim_share: open for 1m30s"
    assert "within 1m01s" in lines["on trial"]
    assert lines["repairs"] == "2 since the start; the last: guard: - ipv4 rule 5, ip (pid 7)"


def test_what_cannot_be_learned_is_a_complaint(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    (store.root / "standing.json").write_text("{")
    places = argparse.Namespace(command="status", run_dir=tmp_path / "run", state_dir=store.root, lang="en")
    section = enforcer(places)

    assert section.undecided
    assert len(section.complaints) == 1


def test_where_nobody_may_ask_the_kernel_either_no_enforcer_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the status unit: root without any right over the network."""
    places = argparse.Namespace(command="status", run_dir=tmp_path, state_dir=tmp_path / "state", lang="ja")
    monkeypatch.setattr("gateway.cli.status_enforcer.may_change_the_network", lambda: False)

    section = enforcer(places)

    assert section.critical[0].startswith("エンフォーサーが動いていない")
    assert [(one.name, one.value) for one in section.figures] == [("enforcer_running", 0)]
    assert not (tmp_path / "state").exists()
