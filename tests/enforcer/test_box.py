"""What counts when, without a daemon."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.enforcer.box import TRIAL_MAX, Box, Request
from gateway.enforcer.clock import Clock
from gateway.enforcer.desired import Desired
from gateway.enforcer.errors import ApplyError, NotNow, Refuted, StateError, Unfit
from gateway.enforcer.proof import Said
from gateway.enforcer.store import Store
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root
HOUR = timedelta(hours=1)


def made(rig: Rig) -> Box:
    return rig.twin.gateway.call(lambda: Box(Store(rig.state), rig.run, clock=Clock()))


def other(rig: Rig, within: timedelta | None = None) -> Request:
    file = rig.variant("other", "lan_to_terminal: shared-folder", "lan_to_terminal: none")
    return Request(file.read_bytes(), "root", "no share", within)


def test_a_box_that_never_had_a_site_says_so(box: Rig) -> None:
    for first in (None, box.site_file.with_name("gone.yaml")):
        with pytest.raises(NotNow, match="no site was ever confirmed on this box"):
            box.twin.gateway.call(made(box).start, first)


def test_a_first_site_that_is_wrong_is_named_by_its_own_file(box: Rig) -> None:
    box.site_file.write_text("layout: x\n")
    with pytest.raises(Unfit, match=str(box.site_file)):
        box.twin.gateway.call(made(box).start, box.site_file)
    assert made(box).standing.in_force is None


def test_the_same_site_again_is_no_new_entry(box: Rig) -> None:
    one = made(box)
    box.twin.gateway.call(one.start, box.site_file)
    again = box.twin.gateway.call(one.apply, Request(box.site_file.read_bytes(), "root", confirm_within=HOUR))
    assert (again.entry.number, again.applied.changes, again.deadline_s) == (1, (), None)
    assert len(one.standing.confirmed) == 1


def test_a_trial_has_a_longest_time(box: Rig) -> None:
    one = made(box)
    box.twin.gateway.call(one.start, box.site_file)
    for within in (timedelta(), TRIAL_MAX + timedelta(seconds=1)):
        with pytest.raises(NotNow, match="on trial for 1h at most"):
            box.twin.gateway.call(one.apply, other(box, within))


@pytest.mark.parametrize("within", [None, HOUR])
def test_what_the_proof_refuses_leaves_kernel_and_state_as_they_were(box: Rig, within: timedelta | None) -> None:
    class Refuses:
        last: Said | None = None

        def candidate(self, _desired: Desired, /) -> None:
            """Nothing to say."""

        def live(self, _desired: Desired, /) -> None:
            raise Refuted("a terminal could reach lan")

    one = made(box)
    box.twin.gateway.call(one.start, box.site_file)
    before = one.standing
    one.proof = Refuses()
    with pytest.raises(ApplyError, match="a terminal could reach lan; what was in force before is back"):
        box.twin.gateway.call(one.apply, other(box, within))
    assert (one.standing.confirmed, one.standing.trial) == (before.confirmed, None)
    assert made(box).standing.confirmed == before.confirmed
    assert box.is_as_declared()


def test_a_disk_that_takes_no_marker_takes_the_change_back(box: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    one = made(box)
    box.twin.gateway.call(one.start, box.site_file)

    def full(_standing: object) -> None:
        raise StateError("standing.json: No space left on device")

    monkeypatch.setattr(one.store, "write", full)
    with pytest.raises(StateError, match="No space left"):
        box.twin.gateway.call(one.apply, other(box))
    assert box.is_as_declared()
    assert made(box).standing.last == one.standing.last


def test_only_the_file_that_is_in_force_is(box: Rig) -> None:
    one = made(box)
    box.twin.gateway.call(one.start, box.site_file)
    assert one.is_in_force(box.site_file)
    assert not one.is_in_force(box.variant("x", "192.168.10.21", "192.168.10.22"))
    assert not one.is_in_force(Path("/nowhere"))


def test_what_a_start_forgets_is_the_name_of_the_start(box: Rig) -> None:
    one = made(box)
    box.twin.gateway.call(one.start, box.site_file)
    box.twin.gateway.call(one.apply, other(box, HOUR))
    assert made(box).standing.in_force == one.standing.in_force
    (box.run / "boot").unlink()
    anew = made(box)
    outcome = box.twin.gateway.call(anew.start, None)
    assert (outcome.entry.number, anew.standing.trial) == (1, None)
    assert json.loads((box.state / "standing.json").read_text())["trial"] is None
