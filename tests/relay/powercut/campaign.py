"""The whole enumeration of one scene: every first cut, staff's hands in between, every second cut during each recovery."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.relay.powercut.life import WHOLE, Broken, Lived, World, live
from tests.relay.powercut.scenes import Scene
from tests.relay.powercut.staff import actions
from tests.relay.powercut.states import cuts, distinct
from tests.relay.powercut.verdict import Wanted, wrong


@dataclass
class Campaign:
    """What was tried and what was wrong. `str()` is one line of figures."""

    scene: Scene
    effects: int = 0
    states: int = 0
    recoveries: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.scene.name}: {self.effects} effects, {self.states} distinct states, {self.recoveries} recoveries, "
            f"{len(self.problems)} wrong"
        )


class Cutter:
    """Cuts a scene short in every way; with `at_most` problems it stops, for mutants need only one."""

    def __init__(self, scene: Scene, place: Path, broken: Broken = WHOLE, at_most: int = 10) -> None:
        self.found = Campaign(scene)
        self._place = place
        self._broken = broken
        self._at_most = at_most
        self._seen: dict[str, set[str]] = {}
        self.whole = self._live(scene.begin(place))
        self.found.effects = len(self.whole.effects)
        self._judge("an undisturbed day", self.whole.ended, scene.wanted)

    def cut(self, *, killed: bool = False, staff: bool = False, twice: bool = False) -> Campaign:
        """Cut the day at every point.

        With `killed` SIGKILL met the relay some time before the power went; with `staff` somebody does one thing before it
        comes back; with `twice` the power goes again at every point of each recovery.
        """
        first: set[str] = set()
        worlds = list(distinct(self._first_cuts(killed=killed), first))
        self._seen[""] = first  # each of these is judged by itself, and cut again by itself
        for said, world in worlds:
            if len(self.found.problems) >= self._at_most:
                break
            for done, touched, wanted in self._touched(world, staff=staff):
                recovery = self._judged(f"{said}{done}", touched, wanted)
                if twice and recovery is not None:
                    self._cut_again(f"{said}{done}", recovery, wanted, self._seen.setdefault(done, set()))
        return self.found

    def _touched(self, world: World, *, staff: bool) -> Iterator[tuple[str, World, Wanted]]:
        yield "", world, self.found.scene.wanted
        if staff:
            for done, touched, wanted in actions(world, self.found.scene.wanted):
                yield f", {done}", touched, wanted

    def _first_cuts(self, *, killed: bool) -> Iterator[tuple[str, World]]:
        yield from cuts(self.whole)
        if killed:
            for place in range(1, len(self.whole.effects) + 1):
                again = live(self.whole.began, self._place / "life", broken=self._broken, killed_at=place)
                yield from ((f"killed at {place}, {said}", world) for said, world in cuts(again, place))

    def _cut_again(self, said: str, recovery: Lived, wanted: Wanted, seen: set[str]) -> None:
        for second, left in distinct(cuts(recovery), seen):
            self._judged(f"{said}, then {second}", left, wanted)

    def _judged(self, said: str, world: World, wanted: Wanted) -> Lived | None:
        self.found.states += 1
        try:
            recovery = self._live(world)
        except (Exception, TimeoutError) as error:  # noqa: BLE001 - a relay that ends by an error is what is looked for
            self.found.problems.append(f"{said}: the relay ended with {error!r}")
            return None
        self.found.recoveries += 1
        self._judge(said, recovery.ended, wanted)
        return recovery

    def _judge(self, said: str, world: World, wanted: Wanted) -> None:
        self.found.problems += [f"{said}: {what}" for what in wrong(world, wanted)]

    def _live(self, world: World) -> Lived:
        return live(world, self._place / "life", broken=self._broken)
