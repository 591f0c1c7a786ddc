import pytest

from gateway.relay import effects as do
from gateway.relay.errors import Refused, TimedOut, Unreachable
from gateway.relay.local import LocalTroubles, Place, is_local, place_of
from gateway.relay.parcel import Direction


def test_one_message_for_each_place_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    troubles = LocalTroubles()

    for parcel in ("a", "b", "a"):
        troubles.heard(Place.DELIVERED, parcel, "disk-eacces")
    troubles.heard(Place.DELIVERED, "c", "")
    troubles.heard(Place.DELIVERED, "a", "disk-eacces")
    troubles.heard(Place.SPOOL, "a", "disk-eacces")
    troubles.heard(Place.SPOOL, "a", "disk-enospc")

    journal = capsys.readouterr().err
    assert journal.count("delivered-folder does not work (disk-eacces)") == 1
    assert journal.count("spool does not work (disk-eacces)") == 1
    assert journal.count("spool does not work (disk-enospc)") == 1


def test_what_is_over_for_everybody_is_told_again_when_it_comes_back(capsys: pytest.CaptureFixture[str]) -> None:
    troubles = LocalTroubles()

    for code in ("disk-erofs", "", "disk-erofs"):
        troubles.heard(Place.RETURNS, "a", code)

    assert capsys.readouterr().err.count("returns-folder does not work (disk-erofs)") == 2


def test_the_terminal_s_trouble_is_not_ours() -> None:
    assert not is_local(Refused("disk-full"))
    assert not is_local(Unreachable("no-answer"))
    assert is_local(Refused("disk-enospc", local=True))
    assert is_local(TimedOut("disk-timed-out"))


def test_a_place_is_named_for_what_people_look_at() -> None:
    assert place_of(Direction.CLAIM, do.Note()) is Place.DELIVERED
    assert place_of(Direction.RETURN, do.PutVerified()) is Place.RETURNS
    assert place_of(Direction.CLAIM, do.PutVerified()) is Place.SPOOL
