from pathlib import Path

import pytest

from gateway.relay.decisions import (
    Decision,
    DecisionInvalid,
    DecisionWaits,
    Word,
    forget,
    path_of,
    publish,
    read,
)
from gateway.relay.places import Places

ID = "a" * 32
DECISION = Decision(ID, Word.RELEASE, "山田", "院長が確認した")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    places.prepare()
    return places


def test_what_is_published_is_read_and_forgotten(places: Places) -> None:
    publish(places, DECISION)

    assert read(places) == (DECISION,)
    assert path_of(places, ID).stat().st_mode & 0o777 == 0o600
    forget(places, ID)
    assert read(places) == ()
    forget(places, ID)


def test_the_first_word_stands(places: Places) -> None:
    publish(places, DECISION)

    with pytest.raises(DecisionWaits):
        publish(places, Decision(ID, Word.REJECT, "佐藤", "二重"))

    assert read(places) == (DECISION,)
    assert [file.name for file in places.decisions.iterdir()] == [f"{ID}.json"]


def test_a_command_that_was_killed_leaves_nothing_in_the_way(places: Places) -> None:
    (places.decisions / f".{ID}").write_text("half")

    publish(places, DECISION)

    assert read(places) == (DECISION,)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"parcel": "x"}',
        '{"parcel": "' + "b" * 32 + '", "word": "release", "by": "a", "why": "b"}',
        '{"parcel": "' + ID + '", "word": "burn", "by": "a", "why": "b"}',
        '{"parcel": "' + ID + '", "word": "release", "by": "", "why": "b"}',
        '{"parcel": "' + ID + '", "word": "release", "by": "a", "why": "b", "more": 1}',
        '{"parcel": "' + ID + '", "word": "release", "by": "a", "why": "' + "x" * 500 + '"}',
    ],
)
def test_what_makes_no_sense_is_only_named(places: Places, content: str) -> None:
    path_of(places, ID).write_text(content)

    assert read(places) == (f"{ID}.json",)
    forget(places, f"{ID}.json")
    assert read(places) == ()


def test_a_link_is_not_followed(places: Places, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("{}")
    path_of(places, ID).symlink_to(tmp_path / "elsewhere")

    assert read(places) == (f"{ID}.json",)


@pytest.mark.parametrize(
    ("parcel", "by", "why"),
    [("a" * 31, "a", "b"), ("../" + "a" * 29, "a", "b"), (ID, " ", "b"), (ID, "a\nb", "b"), (ID, "a", "x" * 401)],
)
def test_a_decision_names_a_parcel_a_person_and_a_reason(parcel: str, by: str, why: str) -> None:
    with pytest.raises(DecisionInvalid):
        Decision(parcel, Word.REJECT, by, why)
