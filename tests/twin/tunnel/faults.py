"""Everything that is done to a tunnel while packets are under way, each with what makes it good again.

A fault that nobody but the box itself has to make good has nothing to mend.
"""

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from gateway.site.layout import Zone
from gateway.tunnel.door import CharonRefusedError, Door
from gateway.twin.authority import Authority
from gateway.twin.build import CARD
from gateway.wiring import part as wiring
from tests.twin.enforcer.daemon import Daemon
from tests.twin.tunnel.rig import SITE_FILE, Line

ADDRESS, OTHER_ADDRESS = "198.51.100.2/24", "198.51.100.3/24"
"""The box's address on the line as the campaign's site declares it, and another one."""
REKEYS = 10
REKEY_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Struck:
    """What a fault may touch."""

    line: Line
    enforcer: Daemon

    def sh(self, script: str) -> None:
        """What a stranger with root's rights types on the box."""
        self.line.box.call(_shell, script)

    @property
    def wan(self) -> str:
        """The port of the line."""
        return wiring.ports(self.line.site)[Zone.WAN]


Act = Callable[[Struck], None]


def _nothing(_struck: Struck) -> None:
    """The box itself makes it good."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them. `lasts_s` is how long it is left to do its worst before it is mended."""

    name: str
    strike: Act
    mend: Act = _nothing
    lasts_s: float = 1.0
    quiet: str = ""
    """Who asks nothing meanwhile, because this fault is not about him."""
    cuts: bool = False
    """Whether nothing can be answered while it lasts; a fault that cuts and does not has not been one."""


def _shell(script: str) -> None:
    subprocess.run(("sh", "-ec", script), check=True, capture_output=True, text=True, timeout=20)


def _charon_killed(struck: Struck) -> None:
    struck.line.ours.kill()


def _charon_started(struck: Struck) -> None:
    struck.line.ours.start()


def _charon_restarted(struck: Struck) -> None:
    struck.line.ours.stop()
    struck.line.ours.start()


def _charon_misled(struck: Struck) -> None:
    """Somebody takes the tunnel down and its connections away, at charon's own door."""
    with Door(struck.line.ours.door) as door:
        for name in _established(door, "ike"):
            list(door.stream("terminate", "control-log", {"ike": name}))
        for name in door.ask("get-conns").get("conns", []):
            door.ask("unload-conn", {"name": name})


def _provider_rebooted(struck: Struck) -> None:
    struck.line.theirs.kill()


def _provider_back(struck: Struck) -> None:
    struck.line.theirs.start()
    struck.line.answer_as_provider()
    struck.line.lead_back()


def _provider_with(struck: Struck, authority: Authority, lasts: timedelta) -> None:
    """It answers with another certificate; and since nobody asks for one while a tunnel is up, the box calls anew."""
    struck.line.theirs.kill()
    struck.line.far.identity = authority.issue(struck.line.connection.remote_id, lasts)
    _provider_back(struck)
    _charon_restarted(struck)


def _stranger(struck: Struck) -> None:
    _provider_with(struck, Authority("somebody else"), timedelta(days=1))


def _expired(struck: Struck) -> None:
    _provider_with(struck, struck.line.trust.authority, timedelta(days=-1))


def _provider_honest(struck: Struck) -> None:
    struck.line.theirs.kill()
    struck.line.far.identity = None
    _provider_back(struck)


def _rekeyed(struck: Struck) -> None:
    """Both kinds of keys, again and again, while packets are under way."""
    left = {"child": REKEYS, "ike": REKEYS}
    with Door(struck.line.ours.door) as door:
        while any(left.values()):
            for kind, names in ((kind, _established(door, kind)) for kind in left):
                with suppress(CharonRefusedError):  # the former rekeying is not over yet
                    for name in names:
                        door.ask("rekey", {kind: name})
                        left[kind] = max(0, left[kind] - 1)
            time.sleep(REKEY_EVERY_S)


def _established(door: Door, kind: str) -> list[str]:
    names = []
    for told in door.stream("list-sas", "list-sa"):
        for name, association in told.items():
            names += [name] if kind == "ike" else [one["name"] for one in association["child-sas"].values()]
    return list(dict.fromkeys(names))


def _both_killed(struck: Struck) -> None:
    struck.enforcer.end(signal.SIGKILL)
    struck.line.ours.kill()


def _both_back(struck: Struck) -> None:
    struck.line.ours.start()
    struck.enforcer.start()


def _declared_anew(struck: Struck, old: str, new: str) -> None:
    """The vendor changes the site file and has the enforcer read it."""
    file = struck.line.home / SITE_FILE
    file.write_text(file.read_text().replace(old, new))
    struck.enforcer.reload()


def _unbacked(struck: Struck) -> None:
    struck.sh("ip route flush type blackhole; ip -6 route flush type blackhole")
    struck.line.ours.kill()


_GONE = {
    "rules": "nft flush ruleset",
    "blackholes": "ip route flush type blackhole; ip -6 route flush type blackhole",
    "guard": "for family in -4 -6; do ip $family rule add pref 1 lookup local; ip $family rule add pref 2 lookup main; done",
}
"""How a stranger takes each of the three defences away; the guard is passed by, for it cannot be told from a foreign rule."""
_GUARDED_AGAIN = "for family in -4 -6; do for pref in 1 2; do ip $family rule del pref $pref || true; done; done"


def _left_alone(defence: str) -> Fault:
    """Nobody repairs anything, the tunnel is gone, and of all that stands between a packet and the line only one thing."""

    def strike(struck: Struck) -> None:
        struck.enforcer.end(signal.SIGKILL)
        for other, script in _GONE.items():
            if other != defence:
                struck.sh(script)
        struck.line.ours.kill()

    def mend(struck: Struck) -> None:
        struck.sh(_GUARDED_AGAIN)
        _both_back(struck)

    # The guard is about what is forwarded: what the box itself sends, rules and blackholes keep in.
    quiet = "box" if defence == "guard" else ""
    return Fault(f"only the {defence} left, nobody repairs", strike, mend, quiet=quiet, cuts=True)


def _unplugged(struck: Struck) -> None:
    struck.line.provider.call(_shell, f"ip link set {CARD} down")


def _plugged(struck: Struck) -> None:
    """With the link, the kernel forgets an IPv6 way out; a provider's router has its own means."""
    struck.line.provider.call(_shell, f"ip link set {CARD} up")


KILLED = Fault("charon killed", _charon_killed, _charon_started, cuts=True)
REKEYED = Fault("rekeyed ten times under load", _rekeyed)
REBOOTED = Fault("provider rebooted", _provider_rebooted, _provider_back, cuts=True)
STRANGER = Fault("provider with a stranger's certificate", _stranger, _provider_honest, lasts_s=2.0, cuts=True)
FLUSHED = Fault("nftables flushed by a stranger", lambda struck: struck.sh("nft flush ruleset"))
DELETED = Fault(
    "the tunnel's interface deleted", lambda struck: struck.sh("ip link delete ipsec0"), _charon_restarted, cuts=True
)
BOTH = Fault("charon and the enforcer killed", _both_killed, _both_back, cuts=True)
FAULTS = (
    KILLED,
    Fault(
        "charon frozen", lambda struck: struck.line.ours.pause(), lambda struck: struck.line.ours.resume(), cuts=True
    ),
    Fault("charon stopped", lambda struck: struck.line.ours.stop(), _charon_started, cuts=True),
    Fault("charon restarted", _charon_restarted),
    Fault("charon's connections taken away", _charon_misled),
    BOTH,
    Fault(
        "the enforcer killed",
        lambda struck: struck.enforcer.end(signal.SIGKILL),
        lambda struck: struck.enforcer.start(),
    ),
    REKEYED,
    Fault(
        "provider frozen",
        lambda struck: struck.line.theirs.pause(),
        lambda struck: struck.line.theirs.resume(),
        cuts=True,
    ),
    REBOOTED,
    STRANGER,
    Fault("provider with an expired certificate", _expired, _provider_honest, lasts_s=2.0, cuts=True),
    Fault("line pulled out", _unplugged, _plugged, cuts=True),
    Fault("port of the line down", lambda struck: struck.sh(f"ip link set {struck.wan} down")),
    Fault("the line's address taken away", lambda struck: struck.sh(f"ip address del {ADDRESS} dev {struck.wan}")),
    Fault(
        "the site on another address of the line",
        lambda struck: _declared_anew(struck, ADDRESS, OTHER_ADDRESS),
        lambda struck: _declared_anew(struck, OTHER_ADDRESS, ADDRESS),
        lasts_s=3.0,
    ),
    DELETED,
    Fault(
        "the tunnel's routes deleted",
        lambda struck: struck.sh("ip route flush dev ipsec0; ip -6 route flush dev ipsec0"),
    ),
    Fault(
        "the blackholes deleted, charon killed",
        _unbacked,
        _charon_started,
        cuts=True,
    ),
    FLUSHED,
    *map(_left_alone, _GONE),
    Fault("the policy applied again", lambda struck: struck.enforcer.reload()),
)
"""In the order in which the campaign goes through them."""
LEAN = (KILLED, REKEYED, STRANGER, DELETED, FLUSHED, BOTH)
"""One of each kind, none of which waits for a dead peer to be given up."""
