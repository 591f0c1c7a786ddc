import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli.explain import COMMAND, answer
from gateway.cli.main import main
from gateway.firewall.compile import compile_table
from gateway.firewall.table import Table
from gateway.policy.derive import derive
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.wiring.part import ports

CONFIGS = Path(__file__).parents[2] / "configs"
DEMO = str(CONFIGS / "ip-vpn-claim.yaml")
HOURS = str(CONFIGS / "after-hours.yaml")
HOSPITAL = str(CONFIGS / "ipsec-router-claim-and-qualification.yaml")
SHARE = ["--from", "lan:192.168.10.21", "--to", "claim:192.168.20.10", "--tcp", "445"]
Capture = pytest.CaptureFixture[str]


def test_a_session_that_may_start(capsys: Capture) -> None:
    assert main(["explain", DEMO, *SHARE, "--lang", "en"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "may start: lan 192.168.10.21 → claim 192.168.20.10, tcp 445"
    assert lines[1] == "  flow      lan-claim-share, always"
    assert "C1   レセプトコンピュータ側からオンライン請求端末にアクセスする形式とする" in lines[3]
    assert 'goto start_tcp comment "lan-claim-share C1 C5 C13"' in lines[6]


def test_japanese(capsys: Capture) -> None:
    assert main(["explain", DEMO, *SHARE, "--lang", "ja"]) == 0

    assert capsys.readouterr().out.startswith("開始できる: 院内LAN 192.168.10.21 → 請求端末 192.168.20.10、tcp 445\n")


@pytest.mark.parametrize("form", ["claim:2001:db8:20::10", "claim:[2001:db8:20::10]"])
def test_ipv6_with_or_without_brackets(form: str, capsys: Capture) -> None:
    assert main(["explain", DEMO, "--from", "lan:2001:db8:10::21", "--to", form, "--tcp", "445"]) == 0


def test_against_the_direction(capsys: Capture) -> None:
    back = ["--from", "claim:192.168.20.10", "--to", "lan:192.168.10.21", "--tcp", "445", "--lang", "en"]

    assert main(["explain", DEMO, *back]) == 1

    out = capsys.readouterr().out
    assert out.startswith("may not start: ")
    assert "clauses   C5 " in out
    assert "guard: fwmark 0/0x40000000 blackhole" in out
    assert "(lan-claim-share); it differs in: direction\n" in out


@pytest.mark.parametrize(
    ("question", "differs"),
    [
        (["lan:192.168.10.21", "claim:192.168.20.10", "--tcp", "139"], ["service"]),
        (["lan:192.168.10.22", "claim:192.168.20.10", "--tcp", "445"], ["source"]),
        (["lan:192.168.10.21", "claim:192.168.20.11", "--tcp", "445"], ["destination"]),
        (["claim:192.168.20.10", "wan:203.0.113.7", "--icmp"], ["service"]),
        (["wan:203.0.113.7", "claim:192.168.20.10", "--tcp", "443"], ["direction"]),
        (["gateway:2001:db8:20::1", "claim:2001:db8:20::10", "--tcp", "445"], ["family"]),
    ],
)
def test_the_nearest_way(question: list[str], differs: list[str], capsys: Capture) -> None:
    origin, target, *service = question

    assert main(["explain", DEMO, "--from", origin, "--to", target, *service, "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert said["allowed"] is False
    assert said["nearest"]["differs"] == differs


def test_between_terminals_there_is_no_way(capsys: Capture) -> None:
    question = ["--from", "claim:192.168.20.10", "--to", "qualification:192.168.30.10", "--tcp", "445"]

    assert main(["explain", HOSPITAL, *question, "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert said["nearest"] is None
    assert [clause["id"] for clause in said["clauses"]] == ["C12"]


def test_the_systems_lie_behind_the_tunnel_only(capsys: Capture) -> None:
    question = ["--from", "claim:192.168.20.10", "--to", "wan:203.0.113.5", "--tcp", "443"]

    assert main(["explain", HOSPITAL, *question, "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert (said["nearest"]["flow"], said["nearest"]["differs"]) == ("claim-tunnel-claim-system", ["way"])


@pytest.mark.parametrize(
    ("at", "code"), [("2026-11-10 18:29", 1), ("2026-11-10 18:30", 0), ("2026-11-10 21:00", 1), ("2026-11-08 19:00", 1)]
)
def test_hours(at: str, code: int, capsys: Capture) -> None:
    assert main(["explain", HOURS, *SHARE, "--at", at]) == code


def test_outside_hours_it_says_when(capsys: Capture) -> None:
    assert main(["explain", HOURS, *SHARE, "--at", "2026-11-08 19:00", "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert said["nearest"]["differs"] == ["hours"]
    assert said["nearest"]["opens"] == "2026-11-09T18:30+09:00"
    assert "C14" in [clause["id"] for clause in said["clauses"]]


def test_inside_hours_it_says_until_when(capsys: Capture) -> None:
    assert main(["explain", HOURS, *SHARE, "--at", "2026-11-10 19:00", "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["closes"] == "2026-11-10T21:00+09:00"


def test_what_waits_for_a_grant(capsys: Capture) -> None:
    question = ["--from", "lan:10.1.240.7", "--to", "claim:192.168.20.10", "--tcp", "3389", "--json"]

    assert main(["explain", HOSPITAL, *question]) == 1

    said = json.loads(capsys.readouterr().out)["nearest"]
    assert (said["flow"], said["differs"]) == ("lan-claim-grant-terminal-desktop", ["grant"])


def test_the_box_answers_on_each_address_from_its_own_side_only(capsys: Capture) -> None:
    question = ["--from", "claim:192.168.20.10", "--to", "gateway:192.168.10.1", "--tcp", "22", "--lang", "en"]

    assert main(["explain", DEMO, *question]) == 1

    assert "weak host" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            ["lan:192.168.20.10", "claim:192.168.20.10", "--tcp", "1"],
            "this address is in claim. write claim:192.168.20.10",
        ),
        (["lan:192.168.9.1", "claim:192.168.20.10", "--tcp", "1"], "outside lan 192.168.10.0/24"),
        (["tunnel:203.0.113.1", "claim:192.168.20.10", "--tcp", "1"], "has no zone 'tunnel'"),
        (["lan", "claim:192.168.20.10", "--tcp", "1"], "has no address"),
        (["lan:banana", "claim:192.168.20.10", "--tcp", "1"], "is not an IP address"),
        (["lan:192.168.10.1", "claim:192.168.20.10", "--tcp", "1"], "write gateway:192.168.10.1"),
        (["gateway:192.168.10.9", "claim:192.168.20.10", "--tcp", "1"], "the box has no such address"),
        (["lan:192.168.10.21", "lan:192.168.10.22", "--tcp", "1"], "both in lan"),
        (["lan:192.168.10.21", "claim:2001:db8:20::10", "--tcp", "1"], "write one family"),
        (["lan:192.168.10.21", "claim:192.168.20.10", "--tcp", "70000"], "is not a port"),
        (["lan:192.168.10.21", "claim:192.168.20.10", "--udp", "x"], "is not a port"),
        (["lan:192.168.10.21", "wan:224.0.0.1", "--udp", "5353"], "no session crosses the box"),
        (["lan:192.168.10.21", "claim:192.168.20.10", "--tcp", "1", "--at", "noon"], "is not a time"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_line(question: list[str], said: str, capsys: Capture) -> None:
    origin, target, *rest = question

    assert main(["explain", DEMO, "--from", origin, "--to", target, *rest]) == 2

    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1
    assert said in err


def test_a_terminal_cannot_be_repainted_by_a_question(capsys: Capture) -> None:
    assert main(["explain", DEMO, "--from", "lan:\x1b[2J", "--to", "claim:192.168.20.10", "--tcp", "1"]) == 2

    assert "\x1b" not in capsys.readouterr().err


def changed(table: Table, rules: Mapping[str, tuple[str, ...]]) -> Table:
    """The table with the rules of some chains replaced."""
    return replace(table, chains=tuple(replace(one, rules=rules.get(one.name, one.rules)) for one in table.chains))


def ask(site: Site, table: Table, *question: str) -> int:
    """What `explain` says of a table that is not the one compiled for the site."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lang", default="en")
    COMMAND.arguments(parser)
    return answer(parser.parse_args([DEMO, *question]), site, derive(site), table)


BACK = ("--from", "claim:192.168.20.10", "--to", "lan:192.168.10.21", "--tcp", "445")


def test_rules_that_say_otherwise_are_named_and_decide_nothing(site: Site, capsys: Capture) -> None:
    right = compile_table(derive(site), ports(site))
    open_back = {"from_claim": ("meta mark set meta mark | 0x40000000 accept",), "claim_to_lan": ("accept",)}

    assert ask(site, right, *BACK) == 1
    capsys.readouterr()
    assert ask(site, changed(right, open_back), *BACK) == 3

    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1
    assert "the policy says claim 192.168.20.10 → lan 192.168.10.21, tcp 445 may not start" in err
    assert "the compiled rules accept it in claim_to_lan: accept" in err


def test_rules_that_forget_a_flow_are_named(site: Site, capsys: Capture) -> None:
    closed = changed(compile_table(derive(site), ports(site)), {"lan_to_claim": ("counter drop",)})

    assert ask(site, closed, *SHARE) == 3

    assert "may start by lan-claim-share, the compiled rules drop it in lan_to_claim" in capsys.readouterr().err


def test_rules_nobody_can_read_decide_nothing(site: Site, capsys: Capture) -> None:
    strange = changed(compile_table(derive(site), ports(site)), {"prerouting": ("socket transparent 1 accept",)})

    assert ask(site, strange, *SHARE) == 3

    assert "cannot be read: 'socket transparent 1 accept' is not understood" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_flow_of_every_sample_is_explained(path: Path, capsys: Capture) -> None:
    for flow in derive(load_site(path)).flows:
        sources, destinations = flow.in_family(flow.families[0])
        if not destinations:
            continue  # known by name only: its addresses are learned on the box
        service, there = flow.services[0], destinations[0]
        port = [] if service.ports is None else [str(service.ports.first)]
        destination = there[1] if there.num_addresses > 1 else there[0]
        ends = ["--from", f"{flow.origin}:{sources[0][0]}", "--to", f"{flow.target}:{destination}"]

        code = main(["explain", str(path), *ends, f"--{service.protocol}", *port, "--at", "2026-11-08 03:00", "--json"])

        out, err = capsys.readouterr()
        assert not err, flow.id
        said = json.loads(out)
        assert code == (0 if flow.when is None else 1), flow.id
        assert said["flow"] == flow.id if flow.when is None else said["nearest"]["differs"] in (["hours"], ["grant"])
        assert all(clause["requirement"] for clause in said["clauses"])


def test_where_a_dial_up_passes_beside_the_rules_the_answer_says_so(tmp_path: Path, capsys: Capture) -> None:
    file, asked = tmp_path / "site.yaml", "lan_to_terminal: shared-folder"
    file.write_text(Path(DEMO).read_text().replace(asked, f"{asked}\npppoe_passthrough: true"))
    out = ["--from", "claim:192.168.20.10", "--to", "wan:198.51.100.9", "--tcp", "80"]

    assert main(["explain", str(file), *out, "--lang", "en"]) == 1
    assert "\n  note      a terminal's own dial-up (PPPoE, frames 0x8863 and 0x8864)" in capsys.readouterr().out
    assert main(["explain", str(file), *out, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["beside_rules"]
    assert main(["explain", str(file), *SHARE, "--lang", "en"]) == 0
    assert "dial-up" not in capsys.readouterr().out
