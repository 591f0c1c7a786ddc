import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.check import SERIAL_FILES_MAX, check, check_all
from gateway.cli.main import main

GOOD = Path(__file__).parents[2] / "configs" / "ip-vpn-claim.yaml"
MALFORMED = Path(__file__).parents[1] / "site" / "malformed"
BAD = MALFORMED / "several-at-once.yaml"
HEAVY_MODULES = ("pyroute2", "scapy", "smbprotocol", "asyncssh", "watchfiles")


def test_good_file(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", "--lang", "en", str(GOOD)])

    out, err = capsys.readouterr()
    assert code == 0
    assert out == f"{GOOD}: good. layout ip-vpn/claim, 1 receipt PC, 1 terminal\n"
    assert not err


def test_good_file_in_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--lang", "ja", str(GOOD)]) == 0

    assert capsys.readouterr().out == f"{GOOD}: 誤りなし。構成 ip-vpn/claim、レセコン 1 台、端末 1 台\n"


def test_mistakes_go_to_standard_error_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", str(GOOD), str(BAD)])

    out, err = capsys.readouterr()
    assert code == 2
    assert out.splitlines()[1:] == ["2 site files: 1 good, 1 to mend"]
    assert len(err.splitlines()) == 6
    assert all(re.match(rf"{re.escape(str(BAD))}:\d+:\d+: .+\. .+", line) for line in err.splitlines())


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", "--json", str(BAD), str(GOOD)])

    out, err = capsys.readouterr()
    said = json.loads(out)
    assert code == 2
    assert not err
    assert said["ok"] is False
    assert [(site["file"], site["ok"]) for site in said["sites"]] == [(str(BAD), False), (str(GOOD), True)]
    assert said["sites"][0]["mistakes"][0] == {
        "line": 1,
        "column": 35,
        "text": 'site.prefecture: \'99\' is not a prefecture\'s number. write two digits in quotes, "01" to "47"',
    }


def test_many_files_keep_their_order() -> None:
    paths = [GOOD, BAD, MALFORMED / "empty.yaml"] * SERIAL_FILES_MAX

    results = list(check_all(paths))

    assert results == [check(path) for path in paths]


@pytest.mark.parametrize("path", sorted(MALFORMED.glob("*.yaml"))[:3], ids=lambda path: path.name)
def test_as_a_command_it_ends_with_2_and_no_traceback(path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "check", path], capture_output=True, text=True, check=False
    )

    assert run.returncode == 2
    assert not run.stdout
    assert "Traceback" not in run.stderr
    assert run.stderr


def test_it_loads_nothing_of_the_kernel_or_the_network() -> None:
    script = (
        "import sys\nfrom gateway.cli.main import main\n"
        f"main(['check', {str(GOOD)!r}])\n"
        f"print([name for name in {HEAVY_MODULES!r} if name in sys.modules])"
    )

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines()[1] == "[]"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`check` at work on files slow enough to be met by a signal: 0.2 s each, in processes of its own."""
    for number in range(60):
        (tmp_path / f"{number}.yaml").write_text("a: b\n" * 10_000)
    run = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "check", *sorted(tmp_path.iterdir())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with run:
        try:
            wait_for_children(run)
            yield run
        finally:
            run.kill()


def children(run: subprocess.Popen[str]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()]


def wait_for_children(run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 20
    while not children(run):
        assert run.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_interrupting_a_fleet_leaves_neither_traceback_nor_process(fleet: subprocess.Popen[str]) -> None:
    workers = children(fleet)

    fleet.send_signal(signal.SIGINT)
    _, err = fleet.communicate(timeout=20)

    assert fleet.returncode == 130
    assert not err
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_killed_worker_is_no_verdict(fleet: subprocess.Popen[str]) -> None:
    os.kill(children(fleet)[0], signal.SIGKILL)

    _, err = fleet.communicate(timeout=60)

    assert fleet.returncode == 4
    assert err.splitlines()[-1].endswith("a checking process was killed. check fewer files at once")


@pytest.mark.thorough
def test_a_fleet_is_checked_in_parallel_and_summed_up(tmp_path: Path) -> None:
    good, files = GOOD.read_text(), []
    for number in range(1_000):
        files.append(tmp_path / f"{number:04}.yaml")
        files[-1].write_text(good.replace("192.168.20.10,", "192.168.99.10,") if number == 500 else good)
    command = [sys.executable, "-m", "gateway.cli.main", "check", "--lang", "en", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "1000 site files: 999 good, 1 to mend"
    assert done.stderr
    assert all(line.startswith(str(files[500])) for line in done.stderr.splitlines())
