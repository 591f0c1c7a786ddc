"""Relays that are broken in one place each. The enumeration must notice every one of them."""

from dataclasses import dataclass
from fnmatch import fnmatch

from gateway.relay.parcel import State
from gateway.relay.places import CLAIMS, DELIVERED, HELD, PEOPLE, RETURNS
from tests.relay.powercut.life import Broken
from tests.relay.powercut.scenes import CLAIM_OUT, CORRECTION, HELD_BACK, RETURN_IN, Scene


@dataclass(frozen=True)
class Mutant:
    """A broken relay, and the scene whose enumeration shows it; `staff` and `killed` as in `Cutter.cut`."""

    says: str
    broken: Broken
    scene: Scene
    staff: bool = False
    killed: bool = False


def _forgets(kind: str, *patterns: str) -> Broken:
    def forgets(asked: str, path: str) -> bool:
        return asked == kind and any(fnmatch(path.replace("\\", "/"), pattern) for pattern in patterns)

    return Broken(forgets=forgets)


def _unrecorded(state: State) -> Broken:
    return Broken(unrecorded=frozenset({state}))


MUTANTS = (
    Mutant("no fsync of a note's bytes", _forgets("sync", "spool/*.note"), CLAIM_OUT),
    Mutant("no fsync of the copy's bytes", _forgets("sync", "spool/*.copy"), CLAIM_OUT),
    Mutant("no fsync of a held file's bytes", _forgets("sync", "spool/*.copy"), HELD_BACK),
    Mutant("no fsync of a fetched return's bytes", _forgets("sync", "spool/*.part"), RETURN_IN),
    Mutant("no fsync of a return's bytes in 返戻", _forgets("sync", ".gateway/*"), RETURN_IN),
    Mutant("no fsync of the spool after taking", _forgets("sync_folder", "spool"), CLAIM_OUT),
    Mutant("no fsync of 請求 after taking", _forgets("sync_folder", f"{PEOPLE}/{CLAIMS}"), CLAIM_OUT),
    Mutant("no fsync of 配達済み after a name", _forgets("sync_folder", f"{DELIVERED}/*回目*"), CLAIM_OUT),
    Mutant("no fsync above a new folder", _forgets("sync_folder", f"{DELIVERED}", f"{DELIVERED}/2???-??"), CLAIM_OUT),
    Mutant("no fsync of 保留", _forgets("sync_folder", str(HELD)), HELD_BACK),
    Mutant("no fsync of 返戻 after a name", _forgets("sync_folder", f"{RETURNS}/*回目*"), RETURN_IN),
    Mutant("no fsync of the temporary's folder", _forgets("sync_folder", ".gateway"), RETURN_IN),
    Mutant("no FLUSH of the bytes on the terminal", _forgets("flush", ".gateway/*"), CLAIM_OUT),
    Mutant("no FLUSH of the name on the terminal", _forgets("flush", "claims/*"), CLAIM_OUT),
    Mutant("no intent to take", _unrecorded(State.TAKING), CLAIM_OUT),
    Mutant("no intent to deliver", _unrecorded(State.DELIVERING), CLAIM_OUT),
    Mutant("no intent to rename", _unrecorded(State.RENAMING), CLAIM_OUT, staff=True),
    Mutant("a rename on the terminal that replaces", _forgets("no_replace", "claims/*"), CLAIM_OUT, staff=True),
    Mutant("a rename into 返戻 that replaces", _forgets("no_replace", f"{RETURNS}/*"), RETURN_IN, staff=True),
    Mutant("a rename into 配達済み that replaces", _forgets("no_replace", f"{DELIVERED}/*"), CORRECTION, staff=True),
)
