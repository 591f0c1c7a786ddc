import re
from collections import Counter
from pathlib import Path

import pytest

from gateway.cli.catalogue import catalogue
from gateway.cli.main import main
from gateway.journal import Message
from gateway.journal.catalogue import Lang, journal_table, systemd_catalog
from tests.documented import REPOSITORY

EVERY = tuple(message for said in catalogue().values() for message in said)
JOURNAL_MD = REPOSITORY / "docs" / "journal.md"
_NOT_FOR_JAPANESE = re.compile(r"[a-z]{4,} [a-z]{3,} [a-z]{3,}")
"""Three English words in a row. Commands have dashes, paths or back quotes between theirs."""


def test_every_room_that_declares_messages_is_found() -> None:
    declaring = {
        path.relative_to(REPOSITORY / "gateway").parts[0]
        for path in (REPOSITORY / "gateway").rglob("*.py")
        if re.search(r"^\w+ = Message\($", path.read_text(), re.MULTILINE)
    }

    assert catalogue().keys() >= declaring >= {"enforcer", "relay", "resolver", "wiring"}


@pytest.mark.parametrize("column", ["id", "name"])
def test_a_vendor_filters_by_either_so_no_two_messages_share_one(column: str) -> None:
    counted = Counter(getattr(message, column) for message in EVERY)

    assert [value for value, count in counted.items() if count > 1] == []


def test_names_are_of_one_style() -> None:
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", one.name) for one in EVERY)


@pytest.mark.parametrize("message", EVERY, ids=lambda one: one.name)
def test_each_says_what_to_do_in_whole_sentences_of_both_languages(message: Message) -> None:
    assert re.fullmatch(r"[A-Z`].{8,}[.?]", message.todo.en)
    assert message.todo.ja.endswith("。")
    assert not _NOT_FOR_JAPANESE.search(re.sub(r"`[^`]*`", "", message.todo.ja))


@pytest.mark.parametrize("message", EVERY, ids=lambda one: one.name)
def test_a_command_it_names_is_one_of_ours(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    (\S+)", capsys.readouterr().out, re.MULTILINE))

    named = set(re.findall(r"claim-gateway ([a-z-]+)", message.todo.en + message.todo.ja + message.en))
    assert named <= commands


@pytest.mark.parametrize(("lang", "name"), [("en", "claim-gateway.catalog"), ("ja", "claim-gateway.ja.catalog")])
def test_the_shipped_catalogues_are_fresh(lang: Lang, name: str) -> None:
    assert (REPOSITORY / "systemd" / name).read_text() == systemd_catalog(EVERY, lang), "run: make docs"


def test_the_documented_messages_are_fresh() -> None:
    between = JOURNAL_MD.read_text().partition("<!-- messages -->\n")[2].partition("<!-- end of messages -->\n")[0]

    assert between == f"{journal_table(catalogue())}\n", "run: make docs"


def test_the_guard_says_what_the_catalogue_has(repository: Path) -> None:
    """It is a shell script: it must stand before there is a Python to import anything."""
    script = (repository / "systemd" / "claim-gateway-guard").read_text()
    said = re.findall(r'say (\d) ([0-9a-f]{32}) (\w+)\s*(?:\\\n\s*)?"([^"$]*)', script)

    known = {(str(int(one.level)), one.id, one.name, one.en.partition("{")[0]) for one in catalogue()["wiring"]}
    assert set(said) == {one for one in known if one[2].startswith("GUARD_")}
