"""The fourth part in a real kernel, beside a real charon: made so, put back, and unimpressed by a charon that is gone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.tunnel import charon, link
from gateway.tunnel.door import Door
from gateway.tunnel.errors import CredentialError, TunnelError
from gateway.tunnel.model import Tunnel
from gateway.tunnel.part import Found, TunnelPart, refuse_unusable
from gateway.twin.far_end import Trust
from tests.tunnel.scene import Scene, sample, with_psk

NOW = datetime.now(UTC)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path) as made:
        made.trust.write(sample().connections, tmp_path)
        yield made


def part(scene: Scene, wanted: Tunnel | None = None) -> TunnelPart:
    return TunnelPart(wanted or sample(), scene.folder, scene.charon.door)


def made_so(scene: Scene, one: TunnelPart) -> Found:
    """What stood before."""
    before = scene.box.call(one.observe)
    scene.box.call(one.apply, before)
    assert scene.box.call(lambda: one.difference(one.observe())) == ()
    return before


@pytest.mark.root
class TestPart:
    def test_it_says_what_it_will_do_and_does_it(self, scene: Scene) -> None:
        one = part(scene)
        said = one.difference(scene.box.call(one.observe))
        assert said[0] == "+ blackhole for 203.0.113.0/24"
        assert [line for line in said if line.startswith("+ credential")]
        assert [line for line in said if line.startswith("+ connection west-")]

        made_so(scene, one)

    def test_other_settings_are_a_difference_and_the_former_ones_come_back(self, scene: Scene) -> None:
        made_so(scene, part(scene))
        changed = tuple(replace(each, esp_proposals=("aes128gcm16",)) for each in sample().connections)
        other = part(scene, replace(sample(), connections=changed))

        before = made_so(scene, other)
        scene.box.call(other.restore, before)

        with Door(scene.charon.door) as door:
            assert charon.observe(door) == before.loaded
        assert scene.box.call(link.observe) == before.standing

    def test_a_stopped_charon_is_no_difference(self, scene: Scene) -> None:
        one = part(scene)
        made_so(scene, one)
        scene.charon.stop()

        found = scene.box.call(one.observe)

        assert found.loaded is None
        assert one.difference(found) == ()
        assert {str(route) for route in found.standing.routes} == {
            f"blackhole for {net}" for net in sample().connections[0].networks
        }

    def test_what_charon_refuses_is_said(self, scene: Scene) -> None:
        east, west = sample().connections
        bad = replace(sample(), connections=(replace(east, ike_proposals=("nonsense",)), west))
        one = part(scene, bad)
        with pytest.raises(TunnelError, match="provider east: charon refuses: "):
            scene.box.call(one.apply, scene.box.call(one.observe))

    def test_a_missing_key_leaves_the_other_connections(self, scene: Scene) -> None:
        east, west = sample().connections
        one = part(scene, replace(sample(), connections=(with_psk(east), west)))
        found = scene.box.call(one.observe)
        assert [ready.connection.name for ready in found.ready] == ["west"]
        assert found.unusable[0].startswith("provider east: ")


def test_a_fresh_apply_is_refused_by_a_file_that_is_missing_or_over(tmp_path: Path) -> None:
    with pytest.raises(CredentialError, match=r"provider east: .*site\.pem: cannot be read"):
        refuse_unusable(sample(), tmp_path, NOW)
    Trust.made().write(sample().connections, tmp_path)
    refuse_unusable(sample(), tmp_path, NOW)
    with pytest.raises(CredentialError, match=r"provider east: credentials/site\.pem: .* expired on"):
        refuse_unusable(sample(), tmp_path, NOW + timedelta(days=400))
    refuse_unusable(None, tmp_path, NOW)
