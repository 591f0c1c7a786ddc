import json
import os
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.twin.samples import CLAIM_FILE, DEMO_SITE
from tests.claims import synthetic


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_a_good_file_is_one_row_and_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["inspect", "--lang", "ja", str(CLAIM_FILE)])

    out, err = capsys.readouterr()
    assert code == Exit.OK
    assert not err
    assert [word for word in out.splitlines()[1].split() if "/" not in word] == [
        "医科", "支払基金", "2021-11", "00", "75", "140", "86,392", "問題なし",
    ]  # fmt: skip
    assert "U025  note" in out


def test_what_would_be_held_is_exit_1_with_both_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["inspect", "--lang", "en", written(tmp_path / "a.UKE", synthetic.claim_file(trailer="GO,2,100,99"))])

    out = capsys.readouterr().out
    assert code == Exit.NO
    assert "2 ≠ 1" in out
    assert "U010  hold  GO declares 2 件 and the receipts make 1 (record 4). check it" in out


@pytest.mark.parametrize("missing", ["no-such-file", "a-folder", "nul\0name", "a-pipe"])
def test_what_cannot_be_read_is_one_line_and_exit_2(
    missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-folder").mkdir()
    os.mkfifo(tmp_path / "a-pipe")

    code = main(["inspect", str(CLAIM_FILE), str(tmp_path / missing)])

    out, err = capsys.readouterr()
    assert code == Exit.INPUT
    assert len(err.splitlines()) == 1
    assert "2021-11" in out  # the others are still told


def test_without_a_file_it_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect"]) == Exit.INPUT

    assert capsys.readouterr().err.count("\n") == 1


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["inspect", "--json", "--lang", "en", str(CLAIM_FILE), str(tmp_path / "none")])

    said = json.loads(capsys.readouterr().out)
    assert code == Exit.INPUT
    assert said["ok"] is False
    first, second = said["files"]
    assert (first["kind"], first["payer"], first["held"], first["declared_count"]) == ("medical", "1", False, 140)
    assert first["findings"] == [
        {
            "rule": "U025",
            "name": "no-end-mark",
            "severity": "note",
            "record": 0,
            "figures": [],
            "text": "the end mark 0x1A is missing",
        }
    ]
    assert second["held"] is None


@pytest.mark.parametrize(("moment", "found"), [("2021-11-08T12:00", {"U025"}), ("2026-11-08T12:00", {"U025", "S003"})])
def test_a_site_adds_its_rules_for_the_time_asked_about(
    moment: str, found: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["inspect", "--json", str(CLAIM_FILE), "--site", str(DEMO_SITE), "--at", moment])

    (said,) = json.loads(capsys.readouterr().out)["files"]
    assert code == Exit.OK
    assert {finding["rule"] for finding in said["findings"]} == found


def test_another_institution_s_file_is_held_only_with_the_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "RECEIPTC.UKE", synthetic.claim_file(code="1312345"))

    assert main(["inspect", file]) == Exit.OK
    assert main(["inspect", file, "--site", str(DEMO_SITE)]) == Exit.NO
    assert "S001" in capsys.readouterr().out


def site_with(tmp_path: Path, inspection: str) -> str:
    file = tmp_path / "site.yaml"
    file.write_text(f"{DEMO_SITE.read_text()}inspection: {inspection}\n")
    return str(file)


def test_the_vendor_turns_a_rule_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "RECEIPTC.UKE", synthetic.claim_file(code="1312345"))

    assert main(["inspect", file, "--site", site_with(tmp_path, "{ignore: [S001, S003]}")]) == Exit.OK
    assert "S001" not in capsys.readouterr().out


def test_a_rule_that_does_not_exist_cannot_be_turned_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = site_with(tmp_path, "{ignore: [U017, U999]}")

    for command in (["inspect", str(CLAIM_FILE), "--site", site], ["check", site]):
        assert main(command) == Exit.INPUT
        (line,) = capsys.readouterr().err.splitlines()
        assert line == f"{site}:35:29: inspection.ignore: there is no rule U999. docs/inspection.md lists them"


def test_a_declared_name_lets_other_kinds_travel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "RREC2111.UKE", synthetic.lines("RS,1"))

    assert main(["inspect", file]) == Exit.NO
    assert main(["inspect", file, "--site", site_with(tmp_path, '{carry: ["RREC*.UKE"]}')]) == Exit.OK
    assert "U028  note" in capsys.readouterr().out


def test_volumes_are_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [written(tmp_path / f"{number}.UKE", volume) for number, volume in enumerate(synthetic.volumes())]

    assert main(["inspect", "--lang", "en", *files]) == Exit.OK
    assert "[00 01]: 3 件, 250 点; the totals are as declared" in capsys.readouterr().out


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--rules", "--lang", "ja"]) == Exit.OK

    assert "| U005 | truncated | 最後が完全な GO レコードである |" in capsys.readouterr().out
