"""The provider's end is the mirror of what the site wants: tests/tunnel/test_session.py lets the two meet."""

from pathlib import Path

import pytest

from gateway.tunnel import charon
from gateway.tunnel.credentials import absent
from gateway.tunnel.door import Door
from gateway.twin.charon import Charon
from gateway.twin.far_end import FarEnd, Trust
from gateway.twin.namespace import Namespace
from tests.tunnel.scene import sample, with_psk


@pytest.mark.root
def test_it_offers_each_connection_it_is_told_to(namespace: Namespace, tmp_path: Path) -> None:
    east, west = sample().connections
    with Charon(tmp_path / "c", namespace=namespace.name) as far:
        end = FarEnd(far, namespace, Trust.made())
        end.offer(east)
        end.offer(with_psk(west))
        with Door(far.door) as door:
            loaded = charon.observe(door)
    assert loaded.connections == ("east", "west")
    assert len(loaded.keys) == 1
    assert loaded.shared == ("west",)


def test_the_sites_files_are_where_its_site_file_says(tmp_path: Path) -> None:
    east, west = sample().connections
    Trust.made().write((east, with_psk(west)), tmp_path)
    assert absent(east, tmp_path) == absent(with_psk(west), tmp_path) == ()
