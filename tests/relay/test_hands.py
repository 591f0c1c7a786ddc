"""The hands' own part: errors as events, room promised to what is still on its way, and what a release overrules."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

from gateway.relay import effects as do
from gateway.relay.clearing import Clearing
from gateway.relay.directory import DirectoryShelf, VerifiedFile
from gateway.relay.effects import Effect
from gateway.relay.errors import Refused, Unexpected, Unreachable
from gateway.relay.events import Event, Failed, Inspected, Noted, Trouble
from gateway.relay.hands import Hands, free_names, source_entry
from gateway.relay.ledger import Ledger
from gateway.relay.notes import Notes
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State
from gateway.relay.presence import Presence
from gateway.relay.route import Route
from gateway.relay.spool import Spool
from tests.claims.synthetic import claim_file
from tests.relay.rig import HEAD, QUICK, SHARE, Rig
from tests.relay.test_ledger import NOW, parcel

NOTHING = sha256(b"").hexdigest()


class Refusing(DirectoryShelf):
    """A terminal that takes the bytes, and then says no in one way."""

    def __init__(self, root: Path, error: Exception) -> None:
        super().__init__(root, QUICK.deadline)
        self._error = error

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> VerifiedFile:
        await super().put_verified(source, temporary, digest)
        raise self._error


def acted(place: Path, one: Parcel, effect: Effect, error: Exception, content: bytes = b"") -> Event | None:
    """What becomes of one effect where the terminal raises `error`; `content` lies in the spool."""
    rig = Rig(place)
    (rig.places.spool / one.id).write_bytes(content)

    async def work() -> Event | None:
        with Ledger.open(rig.places.ledger) as ledger:
            people = DirectoryShelf(rig.places.root, QUICK.deadline)
            route = Route(people, Refusing(rig.share, error), SHARE, rig.returns)
            hands = Hands(
                spool=Spool(rig.places.spool, rig.places.drop),
                ledger=ledger,
                route=route,
                notes=Notes(people, ledger, HEAD, lambda: NOW),
                clearing=Clearing(rig.places, route),
                presence=Presence(asleep_is_normal=True),
                expected=rig.expected,
                clock=lambda: NOW,
                jitter=lambda: 0.25,
            )
            return await hands.act(one, effect)

    return asyncio.run(work())


def test_whose_turn_it_is_comes_from_the_error(tmp_path: Path) -> None:
    turns = {
        error: acted(tmp_path / str(number), parcel(digest=NOTHING), do.PutVerified(), error)
        for number, error in enumerate([Unreachable("x"), Refused("x"), Unexpected("x"), Unexpected("x", local=True)])
    }

    assert list(turns.values()) == [
        Failed(Trouble.TRANSIENT, 0.25),
        Failed(Trouble.PERSON, 0.25),
        Failed(Trouble.BUG, 0.25),
        Failed(Trouble.PERSON, 0.25),  # our own disk's trouble is no word of the terminal's
    ]


def test_what_a_person_overruled_is_still_named_and_what_they_did_not_see_holds(tmp_path: Path) -> None:
    taken = parcel(state=State.TAKEN, number=0, target=None, reasons=("truncated",))

    event = acted(tmp_path, taken, do.Inspect(), Unreachable("x"), claim_file()[:-20])

    assert isinstance(event, Inspected)
    assert event.reasons == ("truncated",)


def test_a_fetched_return_that_people_took_away_meanwhile_is_no_trouble(tmp_path: Path) -> None:
    gone = parcel(
        direction=Direction.RETURN, state=State.TAKING, source=b"returns/X.HEN", fingerprint=Fingerprint(1, "x")
    )
    (tmp_path / "x").mkdir()

    assert isinstance(acted(tmp_path / "x", replace(gone, id="e" * 32), do.Note(), Unreachable("x")), Noted)


def test_a_return_is_put_away_over_nothing() -> None:
    names = free_names("X.HEN")

    assert [next(names) for _ in range(3)] == ["X.HEN", "X_2.HEN", "X_3.HEN"]


def test_a_return_s_place_on_the_share_is_as_the_ledger_has_it() -> None:
    listed = parcel(source="returns/返戻.HEN".encode(), fingerprint=Fingerprint(3, "key"))

    assert source_entry(listed).path == PurePosixPath("returns/返戻.HEN")
    assert source_entry(listed).fingerprint == listed.fingerprint
