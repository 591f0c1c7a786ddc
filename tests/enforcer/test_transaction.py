import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address, ip_interface
from subprocess import run
from typing import Any

import pytest

from gateway.enforcer import connections
from gateway.enforcer.errors import ApplyError, Refuted
from gateway.enforcer.part import Part, WiringPart
from gateway.enforcer.proof import Said
from gateway.enforcer.transaction import Desired, desire, parts, transact
from gateway.firewall import part as firewall
from gateway.firewall.nft import Nft
from gateway.firewall.table import Chain
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.wiring import barrier
from gateway.wiring import part as wiring
from gateway.wiring.guard import guard_rules
from gateway.wiring.model import DefaultRoute, Rule, difference
from gateway.wiring.part import WiringError

pytestmark = pytest.mark.root


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


def broken_table(desired: Desired) -> Desired:
    table = replace(desired.table, chains=(*desired.table.chains, Chain("bad", ("goto nowhere",))))
    return replace(desired, table=table)


def broken_route(desired: Desired) -> Desired:
    route = DefaultRoute("eth0", ip_address("192.0.2.99"))
    return replace(desired, wiring=replace(desired.wiring, routes=(route,)))


@dataclass(frozen=True)
class Interrupted:
    """A part whose apply is done, or for the wiring half done, when the power of the one who applies ends."""

    part: Part[Any]
    half: bool = False

    @property
    def name(self) -> str:
        return self.part.name

    def observe(self) -> Any:
        return self.part.observe()

    def difference(self, found: Any) -> tuple[str, ...]:
        return self.part.difference(found)

    def apply(self, found: Any) -> None:
        if self.half:
            assert isinstance(self.part, WiringPart)
            steps = [one for one in difference(self.part.wanted, found) if not isinstance(one.item, Rule)]
            wiring.apply(steps[: len(steps) // 2])
        else:
            self.part.apply(found)
        raise WiringError("injected")

    def restore(self, found: Any) -> None:
        self.part.restore(found)


class Doubting:
    """A proof that refuses at one moment, whatever is desired."""

    last: Said | None = None

    def __init__(self, moment: str) -> None:
        self._moment = moment

    def candidate(self, _desired: Desired) -> None:
        if self._moment == "candidate":
            raise Refuted("injected")

    def live(self, _desired: Desired) -> None:
        if self._moment == "live":
            raise Refuted("injected")


def shown(twin: Twin) -> tuple[object, ...]:
    """The box as other programs see it: routing rules, addresses, routes, settings; and the table by its listing."""
    script = "ip rule; ip -6 rule; ip -o addr show scope global | cut -d'\\' -f1; ip route; ip -6 route; sysctl -a"
    words = twin.gateway.command("sh", "-c", script)
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    kept = [
        line for line in text.splitlines() if " = " not in line or "net.ipv4.conf" in line or "net.ipv6.conf" in line
    ]
    live = twin.gateway.call(firewall.observe)
    return sorted(line for line in kept if "stable_secret" not in line and "fe80" not in line), live.rules, live.sets


@pytest.fixture
def other(site: Site) -> Site:
    """Another policy, another address, another way out: every part has something to do."""
    assert site.zones.claim
    assert site.zones.wan
    assert site.zones.wan.uplink.static
    claim = site.zones.claim.model_copy(
        update={"addresses": (ip_interface("192.168.20.2/24"), site.zones.claim.addresses[1])}
    )
    static = site.zones.wan.uplink.static.model_copy(update={"next_hop": (ip_address("2001:db8:ff::1"),)})
    wan = site.zones.wan.model_copy(update={"uplink": site.zones.wan.uplink.model_copy(update={"static": static})})
    zones = site.zones.model_copy(update={"claim": claim, "wan": wan})
    return site.model_copy(update={"zones": zones, "lan_to_terminal": "none", "relay": None})


STEPS = ("candidate", "guard", "nftables", "half the wiring", "wiring", "verify", "live", "purge")


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_after_each_step_shows_the_former_state_back(
    twin: Twin, site: Site, other: Site, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin.apply(desire(site))
    before, desired = shown(twin), desire(other)
    box = list(parts(desired))
    if step == "guard":
        twin.gateway.call(
            lambda: run(["ip", "rule", "del", "pref", "32000"], check=True)
        )  # so that it has something to do
        box[0] = Interrupted(box[0])
    if step == "nftables":
        box[1] = Interrupted(box[1])
    if "wiring" in step:
        at = next(number for number, part in enumerate(box) if isinstance(part, WiringPart))
        box[at] = Interrupted(box[at], half=step.startswith("half"))
    if step == "verify":  # somebody is faster
        box.append(Meddling(twin))
    if step == "purge":
        monkeypatch.setattr(connections, "CONNTRACK", "no-such-program")
    with pytest.raises(ApplyError, match="nothing was changed" if step == "candidate" else "is back"):
        twin.gateway.call(transact, desired, tuple(box), Doubting(step))
    assert shown(twin) == before


@dataclass(frozen=True)
class Meddling:
    """Not a part of ours: whoever flips a setting between our act and our look."""

    twin: Twin
    name: str = "meddling"

    def observe(self) -> None:
        """Nothing."""

    def difference(self, _found: None) -> tuple[str, ...]:
        return ("always",)

    def apply(self, _found: None) -> None:
        (wiring.SYSCTL_ROOT / "net/ipv4/conf/eth1/arp_ignore").write_text("0")

    def restore(self, _found: None) -> None:
        """Nothing."""


def test_sessions_that_the_new_policy_refuses_die_and_all_others_live(twin: Twin, site: Site, other: Site) -> None:
    twin.apply(desire(site))

    def entries() -> set[str]:
        found = run(["conntrack", "-L", "-o", "extended"], capture_output=True, text=True, check=True).stdout
        return {f"{one.source}>{one.destination}:{one.port}" for one in connections.read(found)}

    for source, target, port in (("192.168.10.21", "192.168.20.10", 445), ("192.168.20.10", "203.0.113.10", 443)):
        words = ["-s", source, "-d", target, "-r", target, "-q", source, "--sport", "50000", "--dport", str(port)]
        made = [
            "conntrack",
            "-I",
            "-p",
            "tcp",
            *words,
            "--state",
            "ESTABLISHED",
            "-t",
            "600",
            "-u",
            "ASSURED,SEEN_REPLY",
        ]
        made += ["--reply-port-src", str(port), "--reply-port-dst", "50000"]
        twin.gateway.call(partial(run, made, capture_output=True, check=True))
    assert {"192.168.10.21>192.168.20.10:445", "192.168.20.10>203.0.113.10:443"} <= twin.gateway.call(entries)
    cut = twin.apply(desire(other)).cut
    assert twin.gateway.call(entries) & {"192.168.10.21>192.168.20.10:445", "192.168.20.10>203.0.113.10:443"} == {
        "192.168.20.10>203.0.113.10:443"
    }
    assert cut >= 1


def test_desire_is_pure_and_the_same_twice(site: Site) -> None:
    assert desire(site) == desire(site)


def test_everything_is_in_force_and_a_second_apply_changes_no_wiring(twin: Twin, site: Site) -> None:
    desired = desire(site)
    first = twin.apply(desired)
    assert first.changes
    assert twin.apply(desired).changes == ()


def test_the_latch_falls_only_with_a_policy(twin: Twin, site: Site) -> None:
    def latch() -> None:
        with Nft() as nft:
            nft.run(f"add table inet {firewall.LATCH_TABLE}")

    twin.gateway.call(latch)
    for breaking in (broken_table, broken_route):  # the second fails after the table has taken the latch's place
        with pytest.raises(ApplyError):
            twin.apply(breaking(desire(site)))
        found = twin.gateway.call(firewall.observe)
        assert (found.text, found.latched) == (None, True)
    assert twin.apply(desire(site)).latch_lifted
    assert not twin.gateway.call(firewall.observe).latched


def test_terminals_stay_shut_off_from_the_latch_to_the_proof(twin: Twin, site: Site) -> None:
    class Watching:
        last: Said | None = None
        found: tuple[bool, bool] | None = None

        def candidate(self, _desired: Desired, /) -> None:
            """Nothing to say."""

        def live(self, _desired: Desired, /) -> None:
            self.found = (firewall.observe().latched, barrier.is_shut())

    def latch() -> None:
        with Nft() as nft:
            nft.run(f"add table inet {firewall.LATCH_TABLE}")

    proof, desired = Watching(), desire(site)
    twin.gateway.call(latch)

    twin.gateway.call(transact, desired, parts(desired), proof)

    assert proof.found == (False, True)
    assert not twin.gateway.call(barrier.is_shut)


@pytest.mark.parametrize("breaking", [broken_table, broken_route])
def test_a_failure_on_the_way_puts_back_what_was_in_force(
    twin: Twin, site: Site, breaking: Callable[[Desired], Desired]
) -> None:
    desired = desire(site)
    twin.apply(desired)
    before = twin.gateway.call(firewall.observe)
    with pytest.raises(ApplyError, match="what was in force before is back"):
        twin.apply(breaking(desired))
    after = twin.gateway.call(firewall.observe)
    assert (after.rules, after.sets) == (before.rules, before.sets)
    assert difference(desired.wiring, twin.gateway.call(wiring.observe, desired.wiring)) == ()


@pytest.mark.parametrize("breaking", [broken_table, broken_route])
def test_a_first_apply_that_fails_leaves_the_guard_and_no_table(
    twin: Twin, site: Site, breaking: Callable[[Desired], Desired]
) -> None:
    desired = breaking(desire(site))
    with pytest.raises(ApplyError):
        twin.apply(desired)
    found = twin.gateway.call(wiring.observe, desired.wiring)
    assert set(guard_rules()) <= set(found.rules)
    assert twin.gateway.call(firewall.observe).text is None
