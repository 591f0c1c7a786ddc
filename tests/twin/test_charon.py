"""The twin's charon: there when it says so, alone in its namespace, gone when told, and set up as a box's is."""

import re
import subprocess
from pathlib import Path

import pytest
from pyroute2 import IPRoute

from gateway.policy.places import TUNNEL_PORT, Carrier
from gateway.tunnel import charon as door_side
from gateway.twin.charon import PLUGINS, Charon, CharonError
from gateway.twin.namespace import Namespace

pytestmark = pytest.mark.root
BOX = Path(__file__).parents[2] / "systemd" / "claim-gateway-charon.conf"
SETTING = re.compile(r"^ *([a-z_]+) *= *(.+?) *(?:\})*$", re.MULTILINE)
TWINS_OWN = {"load", "retransmit_timeout", "socket", "path", "default", "flush_line"}


def test_it_answers_once_it_is_there_and_is_gone_when_left(namespace: Namespace, tmp_path: Path) -> None:
    with Charon(tmp_path / "c", namespace=namespace.name) as charon:
        pid = charon.pid
        assert re.match(r"[56]\.", door_side.version(charon.door))
    assert not Path(f"/proc/{pid}").exists()


def test_killed_and_started_again(namespace: Namespace, tmp_path: Path) -> None:
    with Charon(tmp_path / "c", namespace=namespace.name) as charon:
        charon.kill()
        with pytest.raises(CharonError, match="does not run"):
            assert charon.pid
        charon.start()
        assert door_side.version(charon.door)


def test_its_device_comes_and_goes_with_it_and_no_rule_does(namespace: Namespace, tmp_path: Path) -> None:
    before = rules(namespace)
    with Charon(tmp_path / "c", namespace=namespace.name):
        assert has_device(namespace)
        assert rules(namespace) == before
    assert not has_device(namespace)


def test_for_the_kernels_own_ipsec_it_makes_no_device(namespace: Namespace, tmp_path: Path) -> None:
    with Charon(tmp_path / "c", namespace=namespace.name, carrier=Carrier.XFRM):
        assert not has_device(namespace)


def test_a_boxs_configuration_says_the_same(namespace: Namespace, tmp_path: Path) -> None:
    twin = Charon(tmp_path / "c", namespace=namespace.name, carrier=Carrier.XFRM)
    twin.prepare()
    ours = dict(SETTING.findall((tmp_path / "c" / "strongswan.conf").read_text()))
    boxs = dict(SETTING.findall(BOX.read_text()))

    assert boxs["load"] == PLUGINS
    assert {name: ours[name] for name in ours.keys() - TWINS_OWN} == {
        name: boxs[name] for name in ours.keys() - TWINS_OWN
    }


class AsOnABox(Charon):
    """By the box's own file, with its socket and its log where a test may have them, and with the unit's capabilities."""

    def prepare(self) -> None:
        super().prepare()
        text = BOX.read_text().replace("/run/charon.vici", str(self.door))
        log = f"filelog {{ output {{ path = {self.place}/log/charon }} }}\n  journal {{"
        (self.place / "strongswan.conf").write_text(text.replace("journal {", log))

    def command(self) -> list[str]:
        kept = "-all,+net_admin,+net_bind_service,+net_raw"
        return ["setpriv", "--no-new-privs", "--bounding-set", kept, "--inh-caps", "-all", *super().command()]


def test_a_boxs_configuration_is_understood_and_three_capabilities_are_enough(
    namespace: Namespace, tmp_path: Path
) -> None:
    before = rules(namespace)
    with AsOnABox(tmp_path / "c", namespace=namespace.name) as charon:
        assert door_side.version(charon.door)
        assert charon.door.stat().st_mode & 0o007 == 0
        assert rules(namespace) == before
        assert not has_device(namespace)
    log = (tmp_path / "c" / "log" / "charon").read_text()
    assert f"loaded plugins: charon-systemd {PLUGINS}" in log
    assert "failed" not in log


def has_device(namespace: Namespace) -> bool:
    return namespace.call(_has_device)


def _has_device() -> bool:
    with IPRoute() as ip:
        return bool(ip.link_lookup(ifname=TUNNEL_PORT))


def rules(namespace: Namespace) -> str:
    words = ["ip", "netns", "exec", namespace.name, "sh", "-c", "ip -4 rule; ip -6 rule"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
