"""The tunnel's benchmark runs, measures both, and its report says what was measured."""

from pathlib import Path

import pytest

from tests.bench.tunnel.__main__ import BARE, OURS, report, run
from tests.bench.tunnel.measure import DIRECTIONS, UP, NothingArrivesError, Rate, bulk
from tests.bench.tunnel.recovery import report as recovery_report
from tests.bench.tunnel.site import bench_site
from tests.twin.tunnel import bare
from tests.twin.tunnel.campaign import Outcome
from tests.twin.tunnel.rig import Line


def test_a_ratio_is_taken_within_its_round() -> None:
    quiet = {BARE: Rate(40e6, 80e6), OURS: Rate(40e6, 40e6)}
    disturbed = {BARE: Rate(4e6, 8e6), OURS: Rate(4e6, 4e6)}

    (_, line) = report({(4, UP): [quiet, disturbed, disturbed]})

    assert line.split()[-6:] == ["32", "Mbit/s", "32", "Mbit/s", "1.00", "0.50"]


def test_a_fault_is_a_line() -> None:
    (_, line) = recovery_report([Outcome("charon killed", 0, 1.25, 0.25)])

    assert line.split() == ["charon", "killed", "0", "1.25", "s", "0.25", "s"]


@pytest.mark.root
def test_every_figure_can_be_taken_of_both() -> None:
    results = run(rounds=1, seconds=0.02)

    assert len(results) == 2 * len(DIRECTIONS)
    assert all(one[name].a_second > 0 for (one,) in results.values() for name in (BARE, OURS))


@pytest.mark.root
def test_a_tunnel_that_carries_nothing_gives_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.tunnel.measure._STALL_S", 0.2)
    with Line(bench_site(), tmp_path) as line:
        bare.connect(line)
        line.theirs.pause()

        with pytest.raises(NothingArrivesError, match="IPv4"):
            bulk(line, 4, UP, 0.02)

        line.theirs.resume()
