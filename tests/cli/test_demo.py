import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.twin.namespace import NETNS_DIR
from gateway.twin.samples import CLAIM_FILE, DEMO_SITE

pytestmark = pytest.mark.root


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where rehearsals of this test put their folder, so that another's are not taken for ours."""
    # Not tmp_path: a socket's path has at most 107 bytes (unix(7)), and a test's folder uses up most of them.
    with tempfile.TemporaryDirectory(prefix="cgw-test-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(folder)


def left_behind(place: Path, maker: int) -> list[str]:
    """The namespaces and folders that the rehearsals of process `maker` left."""
    return [path.name for path in (*NETNS_DIR.glob(f"cgw-{maker}-*"), *place.iterdir())]


def test_the_demo_is_right_and_says_so_in_json_and_leaves_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left_behind(place, os.getpid())  # another test's twin may be standing
    assert main(["demo", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is True
    assert len({(row["from"], row["to"]) for row in said["matrix"]}) == 12
    assert {"tcp 445", "tcp 443", "tcp 22", "tcp 3389", "udp 53", "udp 137", "icmp-echo"} <= {
        row["service"] for row in said["matrix"]
    }
    assert all(row["declared"] == row["observed"] and row["control"] for row in said["matrix"])
    claim, returned = said["files"]
    assert (claim["name"], claim["direction"], claim["identical"]) == ("RECEIPTC.UKE", "claim", True)
    assert (claim["receipts"], claim["count"], claim["points"]) == (75, 140, 86_392)
    assert (claim["payer"], claim["claim_month"]) == ("支払基金", "2021-11")
    assert (returned["name"], returned["direction"], returned["identical"]) == ("RECEIPTC.HEN", "return", True)
    assert said["seconds"] > 0
    assert left_behind(place, os.getpid()) == before


def test_the_table_says_it_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--lang", "en"]) == 0
    captured = capsys.readouterr()
    assert "270 of 270 probes as declared" in captured.out
    assert "payer 支払基金, claim month 2021-11, 75 receipts, 140 件, 86,392 点" in captured.out
    assert captured.out.splitlines()[-1].startswith("OK: every observation equals its declaration; 2 of 2 files")
    assert captured.err.startswith("build the twin …\n")


def test_no_patient_reaches_what_the_demo_prints(capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--json"])
    captured = capsys.readouterr()
    names = {
        line.split(",")[4] for line in CLAIM_FILE.read_bytes().decode("cp932").splitlines() if line.startswith("RE,")
    }
    assert names
    for name in names:
        assert name not in captured.out + captured.err


def test_interrupted_it_leaves_nothing_and_says_130(place: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "demo"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith("carry a claim file"):
                break
        os.kill(child.pid, 2)
        assert child.wait(20) == 130
    assert left_behind(place, child.pid) == []


def test_a_site_without_relay_is_rehearsed_without_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DEMO_SITE.read_text()
    site = tmp_path / "site.yaml"
    site.write_text(text[: text.index("relay:")])
    assert main(["demo", str(site), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["files"]) == (True, [])
    opened = {(row["from"], row["to"]) for row in said["matrix"] if row["observed"]}
    assert opened == {("lan", "claim"), ("claim", "wan")}


def test_without_root_it_is_exit_4_in_one_line() -> None:
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", "--", sys.executable, "-m", "gateway.cli.main", "demo"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.splitlines() == ["claim-gateway demo: makes network namespaces and starts smbd. run it as root"]
