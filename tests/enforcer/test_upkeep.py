"""Windows and grants in a real kernel, at times of the test's choice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

import pytest

from gateway.enforcer import doors
from gateway.enforcer.box import Box, Request
from gateway.enforcer.change import Change, ChangeKind, Who
from gateway.enforcer.clock import Clock
from gateway.enforcer.errors import Refuted
from gateway.enforcer.proof import Said
from gateway.enforcer.store import Store
from gateway.enforcer.upkeep import LOOK_S, Upkeep
from gateway.firewall.live import open_set
from gateway.policy.schedule import SITE_ZONE
from gateway.wiring import barrier
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root
EVENING = datetime(2026, 11, 10, 20, 0, tzinfo=SITE_ZONE)  # a Tuesday; the window is 18:30-21:00
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Set(Clock):
    """A clock that stands where the test sets it. `known`: whether somebody disciplines it."""

    at: list[datetime] = field(default_factory=lambda: [EVENING])
    known: list[bool] = field(default_factory=lambda: [True])

    def now(self) -> datetime:
        return self.at[0]

    def synchronised(self) -> bool:
        return self.known[0]


@dataclass(frozen=True, slots=True)
class Kept:
    """A box with its upkeep, both in the twin's gateway."""

    rig: Rig
    box: Box
    upkeep: Upkeep
    clock: Set

    def keep_time(self) -> float:
        return self.rig.twin.gateway.call(self.upkeep.keep_time)

    def attend(self, kind: ChangeKind) -> None:
        change = Change(kind, Who(4711, "nft"), "test")
        self.rig.twin.gateway.call(self.upkeep.attend, (change,))

    def open_for(self) -> timedelta | None:
        """What is left of the window, as the kernel says."""
        assert self.box.declared
        flow = next(one for one in self.box.declared.desired.policy.flows if one.id == "lan-claim-share")
        sets = self.rig.twin.gateway.call(self.box.observe).sets
        return next(iter(doors.left(sets, open_set(flow)).values()), None)


@pytest.fixture
def kept(after_hours: Rig) -> Kept:
    clock = Set()
    box = Box(Store(after_hours.state), after_hours.run, clock=clock)
    after_hours.twin.gateway.call(box.start, after_hours.site_file)
    return Kept(after_hours, box, Upkeep(box), clock)


def test_a_window_opens_with_the_kernels_own_time_out_and_closes_at_its_end(kept: Kept) -> None:
    assert kept.keep_time() == pytest.approx(3600, abs=1)
    left = kept.open_for()
    assert left is not None
    assert HOUR - timedelta(seconds=10) < left <= HOUR
    kept.clock.at[0] = EVENING + HOUR
    assert kept.keep_time() == pytest.approx(3600, abs=1)  # the hourly proof is due before tomorrow, 18:30
    assert kept.open_for() is None


def test_a_clock_that_is_set_back_or_forth_is_followed(kept: Kept) -> None:
    kept.keep_time()
    kept.clock.at[0] = EVENING + timedelta(minutes=50)
    kept.keep_time()
    left = kept.open_for()
    assert left is not None
    assert left <= timedelta(minutes=10)
    kept.clock.at[0] = EVENING - 3 * HOUR
    kept.keep_time()
    assert kept.open_for() is None


def test_a_clock_nobody_sets_opens_nothing_and_shuts_what_is_open(kept: Kept) -> None:
    kept.keep_time()
    kept.clock.known[0] = False
    assert kept.keep_time() == LOOK_S
    assert kept.open_for() is None
    assert not kept.upkeep.clock_believed
    kept.clock.known[0] = True
    kept.keep_time()
    assert kept.open_for() is not None


def test_a_second_look_at_the_same_moment_changes_nothing(kept: Kept) -> None:
    kept.keep_time()
    first = kept.open_for()
    kept.keep_time()
    second = kept.open_for()
    assert first is not None
    assert second is not None
    assert second <= first


def test_a_table_made_anew_gets_its_window_back(kept: Kept) -> None:
    kept.keep_time()
    kept.rig.run_here("nft", "delete", "table", "inet", "claim_gateway")
    kept.attend(ChangeKind.RULES)
    assert kept.open_for() is not None
    assert kept.upkeep.repairs == 1
    assert kept.upkeep.last is not None
    assert kept.upkeep.last.who == "nft (pid 4711)"
    assert not kept.rig.twin.gateway.call(barrier.is_shut)


def test_what_cannot_be_repaired_keeps_the_terminals_shut_off(kept: Kept) -> None:
    class Refuses:
        last: Said | None = None

        def candidate(self, _desired: object, /) -> None:
            """Nothing to say."""

        def live(self, _desired: object, /) -> None:
            raise Refuted("terminals could reach lan")

    kept.box.proof = Refuses()
    kept.rig.run_here("ip", "rule", "add", "pref", "5", "lookup", "main")
    kept.attend(ChangeKind.POLL)  # found by looking, not by being told
    assert kept.upkeep.failing == ("terminals could reach lan",)
    assert kept.rig.twin.gateway.call(barrier.is_shut)


@pytest.mark.parametrize(
    ("kind", "script", "shut"),
    [
        (ChangeKind.RULES, "nft insert rule inet claim_gateway forward accept", True),
        (ChangeKind.ROUTING_RULE, "ip rule add pref 5 lookup main", True),
        (ChangeKind.LOST, "ip rule add pref 5 lookup main", True),
        (ChangeKind.SETTING, "sysctl -qw net.ipv4.conf.eth1.arp_ignore=0", False),
    ],
)
def test_what_could_open_a_way_is_shut_before_it_is_looked_at(
    kept: Kept, kind: ChangeKind, script: str, shut: bool
) -> None:
    class Looks:
        last: Said | None = None

        def __init__(self) -> None:
            self.saw: list[bool] = []

        def candidate(self, _desired: object, /) -> None:
            """Nothing to say."""

        def live(self, _desired: object, /) -> None:
            self.saw.append(barrier.is_shut())

    kept.box.proof = looks = Looks()
    kept.rig.run_here("sh", "-c", script)
    kept.attend(kind)
    assert looks.saw == [shut]
    assert not kept.rig.twin.gateway.call(barrier.is_shut)


def test_a_grant_is_open_for_its_time_and_revoked_at_once(kept: Kept) -> None:
    call = kept.rig.twin.gateway.call
    kept.clock.at[0] = EVENING + 3 * HOUR  # the window is shut
    source = ip_address("192.168.10.21")
    assert call(kept.box.grant, "late-claims", "root", timedelta(minutes=30), source) == timedelta(minutes=30)
    (one,) = call(kept.box.grants)
    assert one.sources == ("192.168.10.21",)
    assert one.open_for is not None
    assert kept.keep_time() == pytest.approx(30 * 60, abs=10)
    assert call(kept.box.revoke, "late-claims", "root")
    assert [one.open_for for one in call(kept.box.grants)] == [None]
    assert not call(kept.box.revoke, "late-claims", "root")


def test_a_grant_survives_a_reload(kept: Kept) -> None:
    call = kept.rig.twin.gateway.call
    call(kept.box.grant, "late-claims", "root", None, None)
    other = kept.rig.variant(
        "other",
        "late-claims: {to: claim",
        "other: {to: claim, from: [192.168.10.21], services: [{tcp: 22}], at_most: 1h}\n  late-claims: {to: claim",
    )
    call(kept.box.apply, Request(other.read_bytes(), "root"))
    assert {one.name for one in call(kept.box.grants) if one.open_for} == {"late-claims"}


def test_a_connection_does_not_outlive_its_door(kept: Kept) -> None:
    """Else it would resume when the door opens again tomorrow."""
    words = [
        "-I",
        "-p",
        "tcp",
        "-s",
        "192.168.10.21",
        "-d",
        "192.168.20.10",
        "-r",
        "192.168.20.10",
        "-q",
        "192.168.10.21",
    ]
    words += ["--sport", "50000", "--dport", "445", "--reply-port-src", "445", "--reply-port-dst", "50000"]
    words += ["--state", "ESTABLISHED", "-t", "600", "-u", "ASSURED,SEEN_REPLY"]
    kept.keep_time()
    assert kept.rig.run_here("conntrack", *words).returncode == 0
    kept.keep_time()
    assert "dport=445" in kept.rig.run_here("conntrack", "-L").stdout
    element = ("inet", "claim_gateway", "open_lan_claim_share", '{ "eth1" . "eth2" }')
    assert (
        kept.rig.run_here("nft", "delete", "element", *element).returncode == 0
    )  # as the kernel does when its time is over
    kept.clock.at[0] = EVENING + HOUR
    kept.keep_time()
    assert "dport=445" not in kept.rig.run_here("conntrack", "-L").stdout
