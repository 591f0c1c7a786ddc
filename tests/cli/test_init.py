import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gateway.cli.check import check
from gateway.cli.init import Unanswered, answers_from_flags, written
from gateway.cli.main import main
from gateway.cli.questions import QUESTIONS
from gateway.site.layout import Layout
from gateway.site.load import load_site

ROLES = ("a", "b", "a,b")


@pytest.mark.parametrize("roles", ROLES)
@pytest.mark.parametrize("layout", Layout)
def test_default_answers_pass_check(layout: Layout, roles: str, tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"

    assert main(["init", "--layout", layout, "--roles", roles, "--defaults", "-o", str(target)]) == 0

    checked = check(target)
    assert [str(mistake) for mistake in checked.mistakes] == []
    assert checked.site
    assert checked.site.layout is layout
    assert list(checked.site.roles) == roles.split(",")
    assert target.read_text().startswith("# ")


def test_every_answer_has_a_flag_and_lands_in_the_file(tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"
    flags = {
        "layout": "ipsec-router/claim+qualification",
        "roles": "a,b",
        "name": 'ひばり「内科」: "分院" #2',
        "prefecture": "01",
        "code": "1234567",
        "system-manager": "事務長",
        "system-manager-phone": "011-000-0000",
        "vendor": "保守",
        "vendor-phone": "011-000-0001",
        "lan-port": "eth0.10",
        "lan-address": "10.1.0.1/16, 2001:db8:10::1/64",
        "receipt-pc": "10.1.20.0/24, 10.1.31.5, 2001:db8:10::/80",
        "claim-port": "eth0.20",
        "claim-address": "192.168.20.1/24,2001:db8:20::1/64",
        "claim-terminal": "192.168.20.10,2001:db8:20::10,192.168.20.11",
        "qualification-port": "02:00:5e:10:00:01",
        "qualification-address": "192.168.30.1/24",
        "qualification-terminal": "192.168.30.10",
        "wan-port": "eth1",
        "uplink": "static",
        "wan-address": "198.51.100.2/30, 2001:db8:ff::2/64",
        "next-hop": "198.51.100.1, 2001:db8:ff::1",
        "claim-system": "203.0.113.0/25, 2001:db8:c::/48",
        "qualification-system": "203.0.113.128/25",
        "services": "tcp 443, udp 8000-8010",
        "provider": "2001:db8:9::1",
        "provider-id": "gw.provider.example",
        "tunnel-auth": "psk",
        "access": "18:30-21:00",
        "relay": "no",
    }
    assert set(flags) == {question.name for question in QUESTIONS}

    code = main(["init", "-o", str(target), *(part for name, text in flags.items() for part in (f"--{name}", text))])

    assert code == 0
    site = load_site(target)
    assert site.site.name == flags["name"]
    assert site.relay is None
    assert site.zones.lan
    assert [str(pc.address6) for pc in site.zones.lan.receipt_pcs] == ["2001:db8:10::/80", "None"]
    assert site.zones.claim
    assert [str(one.address6) for one in site.zones.claim.terminals] == ["2001:db8:20::10", "None"]
    assert site.zones.claim.port.vlan == 20
    assert site.zones.qualification
    assert site.zones.qualification.port.mac == "02:00:5e:10:00:01"
    assert site.tunnel
    (provider,) = site.tunnel.providers
    assert len(provider.remote_networks) == 3


def test_without_a_terminal_what_is_missing_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "site.yaml"

    code = main(["init", "--layout", "ipsec-client/claim", "--roles", "b", "--name", "x", "-o", str(target)])

    out, err = capsys.readouterr()
    assert code == 2
    assert not out
    assert err.startswith("not answered: --prefecture, --code, ")
    assert len(err.splitlines()) == 1
    assert "--lan-port" not in err
    assert not list(tmp_path.iterdir())


def test_wrong_answers_are_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [
        "--code",
        "12",
        "--roles",
        "a",
        "--wan-port",
        "eth9",
        "--claim-terminal",
        "300.1.1.1",
        "--name",
        "a\u202eb",
    ]

    assert main(["init", *wrong, "--defaults", "-o", str(tmp_path / "site.yaml")]) == 2

    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[0].rstrip(":") for line in lines] == [
        "--name",
        "--code",
        "--claim-terminal",
        "--wan-port",
    ]
    assert all(". " in line for line in lines)
    assert "\u202e" not in "".join(lines)


def test_answers_that_do_not_fit_together_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "site.yaml"

    assert main(["init", "--receipt-pc", "192.168.99.1", "--defaults", "-o", str(target)]) == 2

    assert "is outside lan 192.168.10.0/24" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "site.yaml"
    target.write_text("mine\n")

    assert main(["init", "--defaults", "-o", str(target)]) == 2

    assert target.read_text() == "mine\n"
    assert "--force" in capsys.readouterr().err
    assert main(["init", "--defaults", "--force", "-o", str(target)]) == 0
    assert load_site(target)


def test_a_file_that_appears_meanwhile_stays_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"
    target.write_text("mine\n")
    good = (Path(__file__).parents[2] / "configs" / "ip-vpn-claim.yaml").read_text()

    with pytest.raises(FileExistsError):
        written(target, good, force=False)

    assert target.read_text() == "mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["site.yaml"]


@pytest.mark.parametrize("kind", ["directory", "link", "nowhere", "fifo"])
def test_only_a_plain_file_is_written(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "target"
    match kind:
        case "directory":
            target.mkdir()
        case "link":
            target.symlink_to(tmp_path / "elsewhere")
        case "fifo":
            os.mkfifo(target)
        case _:
            target = tmp_path / "no" / "site.yaml"

    assert main(["init", "--defaults", "--force", "-o", str(target)]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_answers_are_not_the_defaults_unless_asked_for() -> None:
    with pytest.raises(Unanswered):
        answers_from_flags({"layout": "ip-vpn/claim"}, defaults=False)


class Terminal:
    """`init` at a real terminal, with a person who types."""

    def __init__(self, target: Path, *flags: str) -> None:
        self._ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "gateway.cli.main", "init", "-o", str(target), "--lang", "en", *flags]
        self.run = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        self.screen = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._ours, 4096):
                self.screen += piece.decode(errors="replace")
        except OSError:
            pass  # EIO: the other end is closed

    def types(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def ends(self) -> int:
        try:
            return self.run.wait(timeout=30)
        finally:
            self.run.kill()
            self.run.wait()
            self._reader.join(timeout=30)
            os.close(self._ours)


def test_at_a_terminal_return_takes_each_default(tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"
    terminal = Terminal(target, "--layout", "ipsec-router/combined")

    terminal.types("\n" * len(QUESTIONS))

    assert terminal.ends() == 0, terminal.screen
    assert load_site(target).layout is Layout.IPSEC_ROUTER_COMBINED
    assert "[192.168.10.21]" in terminal.screen


def test_at_a_terminal_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"
    terminal = Terminal(target, "--layout", "ip-vpn/claim", "--roles", "a")

    terminal.types("ことり小児科\n99\n26\n" + "\n" * len(QUESTIONS))

    assert terminal.ends() == 0, terminal.screen
    assert "is not a prefecture's number" in terminal.screen
    site = load_site(target)
    assert (site.site.name, site.site.prefecture) == ("ことり小児科", "26")


def test_at_a_terminal_answers_that_do_not_fit_are_asked_again_with_themselves_as_default(tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"
    asked = [question.name for question in QUESTIONS if question.name != "layout"]
    before = asked.index("receipt-pc")
    role_a_only = sum(1 for name in asked if name.startswith(("qualification", "provider", "tunnel")))
    terminal = Terminal(target, "--layout", "ip-vpn/claim")

    first = "\n" * before + "192.168.99.1\n" + "\n" * (len(asked) - before - 1 - role_a_only)
    again = "\n" * (before + 1) + "192.168.10.30\n" + "\n" * len(QUESTIONS)
    terminal.types(first + again)

    assert terminal.ends() == 0, terminal.screen
    assert "is outside lan" in terminal.screen
    assert "[192.168.99.1]" in terminal.screen
    lan = load_site(target).zones.lan
    assert lan
    assert str(lan.receipt_pcs[0].address) == "192.168.10.30/32"


def test_closing_the_terminal_writes_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "site.yaml")

    terminal.types("\n\n\x04")

    assert terminal.ends() == 2
    assert "nothing was written" in terminal.screen
    assert not list(tmp_path.iterdir())
