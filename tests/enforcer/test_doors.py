from datetime import datetime, timedelta
from ipaddress import ip_address

import pytest

from gateway.enforcer import doors
from gateway.enforcer.doors import Door
from gateway.enforcer.errors import NotNow
from gateway.firewall.observed import LiveSet
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.policy.schedule import SITE_ZONE, schedule
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS
from gateway.wiring.part import ports

SITE = load_site(CONFIGS / "after-hours.yaml")
EVENING = datetime(2026, 11, 10, 20, 0, tzinfo=SITE_ZONE)  # a Tuesday; the window is 18:30-21:00
WINDOW, PAIR = "open_lan_claim_share", '"eth1" . "eth2"'
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return derive(SITE)


def held(*timed: str, name: str = WINDOW) -> dict[str, LiveSet]:
    return {name: LiveSet("", frozenset(), frozenset(), (), timed)}


def test_a_window_is_open_until_the_kernel_closes_it_at_its_end(policy: Policy) -> None:
    (door,) = doors.windows(policy, ports(SITE), schedule(policy, EVENING))
    assert (door.element, door.left) == (PAIR, HOUR)
    assert doors.commands((door,), {}) == f"add element inet claim_gateway {door.set_name} {{ {PAIR} timeout 3600s }}\n"


@pytest.mark.parametrize(
    "at", [EVENING + timedelta(hours=2), EVENING - timedelta(hours=2), EVENING + timedelta(days=4)]
)
def test_outside_its_hours_and_days_it_is_shut(policy: Policy, at: datetime) -> None:
    (door,) = doors.windows(policy, ports(SITE), schedule(policy, at))
    assert door.left == timedelta()


def test_without_a_clock_to_believe_every_window_is_shut(policy: Policy) -> None:
    (door,) = doors.windows(policy, ports(SITE), None)
    assert door.left == timedelta()
    assert doors.commands((door,), held(f"{PAIR} timeout 1h expires 59m", name=door.set_name)).startswith(
        "delete element"
    )


@pytest.mark.parametrize(
    ("left", "there", "is_due"),
    [
        (HOUR, (), True),
        (HOUR, (f"{PAIR} timeout 1h expires 59m59s120ms",), False),
        (HOUR, (f"{PAIR} timeout 1h expires 59m57s",), True),
        (HOUR, (f"{PAIR} timeout 2h expires 1h30m",), True),
        (timedelta(), (), False),
        (timedelta(), (f"{PAIR} timeout 1h expires 1s",), True),
        (timedelta(milliseconds=400), (), False),
    ],
)
def test_a_door_is_due_when_the_kernel_would_close_it_at_another_time(
    left: timedelta, there: tuple[str, ...], is_due: bool
) -> None:
    assert bool(doors.due((Door(WINDOW, PAIR, left),), held(*there))) is is_due


def test_what_is_there_goes_before_it_comes_again() -> None:
    """Linux 6.1 does not extend the time-out of an element that is added once more."""
    lines = doors.commands((Door(WINDOW, PAIR, HOUR),), held(f"{PAIR} timeout 1h expires 9m")).splitlines()
    assert [line.split()[0] for line in lines] == ["delete", "add"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a timeout 1h expires 59m58s120ms", timedelta(minutes=59, seconds=58, milliseconds=120)),
        ("a timeout 1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("a", timedelta()),
    ],
)
def test_what_is_left_is_read_as_nft_spells_it(text: str, left: timedelta) -> None:
    assert doors.left(held(text), WINDOW) == {"a": left}


def test_a_grant_is_for_all_it_may_be_for_and_as_long_as_it_may(policy: Policy) -> None:
    opened = doors.granted(policy, "late-claims", None, None)
    assert opened == (
        Door("grant_late_claims4", "192.168.10.21", 2 * HOUR),
        Door("grant_late_claims6", "2001:db8:10::21", 2 * HOUR),
    )


def test_a_grant_can_be_for_one_address_and_less_time(policy: Policy) -> None:
    opened = doors.granted(policy, "late-claims", 30 * MINUTE, ip_address("192.168.10.21"))
    assert opened == (Door("grant_late_claims4", "192.168.10.21", 30 * MINUTE),)


@pytest.mark.parametrize(
    ("name", "asked", "source", "told"),
    [
        ("late-claims", 3 * HOUR, None, "late-claims may stay open for 2h at most"),
        ("late-claims", None, "192.168.10.22", "is for 192.168.10.21/32, 2001:db8:10::21/128, not for 192.168.10.22"),
        ("late-claims", None, "192.168.20.10", "not for 192.168.20.10"),
        ("late", None, None, "the site declares no grant late. it declares: late-claims"),
    ],
)
def test_what_may_not_be_granted_is_refused(
    policy: Policy, name: str, asked: timedelta | None, source: str | None, told: str
) -> None:
    with pytest.raises(NotNow, match=told.replace(".", r"\.")):
        doors.granted(policy, name, asked, ip_address(source) if source else None)


def test_grants_are_listed_open_and_shut(policy: Policy) -> None:
    assert [one.open_for for one in doors.grants(policy, {})] == [None]
    (one,) = doors.grants(policy, held("192.168.10.21 timeout 2h expires 1h", name="grant_late_claims4"))
    assert (one.sources, one.open_for) == (("192.168.10.21",), HOUR)


def test_revoking_takes_every_source_away(policy: Policy) -> None:
    sets = held("192.168.10.21 timeout 2h expires 1h", name="grant_late_claims4")
    assert doors.withdrawn(policy, "late-claims", sets) == (Door("grant_late_claims4", "192.168.10.21", timedelta()),)
    assert doors.withdrawn(policy, "late-claims", {}) == ()


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (90, "1m30s"), (7200, "2h"), (90_061, "1d1h1m1s")])
def test_times_are_spoken_as_a_site_file_has_them(seconds: int, text: str) -> None:
    assert doors.spoken(timedelta(seconds=seconds)) == text
