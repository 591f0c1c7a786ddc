"""What many tests need: the sample site, a network namespace that goes away again, and an ear on all that is told."""

import os
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from pyroute2 import IPRoute
from xdist.scheduler import LoadFileScheduling

from gateway.journal import configure
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.namespace import Namespace, sweep, twin_name
from gateway.twin.samples import DEMO_SITE

# A busy machine is no fault of an example; a test that hangs meets pytest's own timeout.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

FILE_NAME = re.compile(r"\.(?:UKE|HEN|SAH|csv|pdf|filepart)\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def journal_on_stderr() -> None:
    """Messages go to what is standard error during this test, whatever a command before it asked for.

    Whatever any test makes the rooms tell, no field may look like a carried file's name.
    """
    configure()
    structlog.configure(processors=[_no_file_names, *structlog.get_config()["processors"]])


def _no_file_names(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    named = [name for name, value in event.items() if name != "event" and FILE_NAME.search(str(value))]
    assert not named, f"{event['event'].name} tells a file's name in {named}"
    return event


@pytest.fixture(scope="session")
def site() -> Site:
    """configs/ip-vpn-claim.yaml."""
    return load_site(DEMO_SITE)


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    """A network namespace with nothing but its loopback."""
    made = Namespace(f"{twin_name()}-test")
    try:
        made.call(_loopback_up)
        yield made
    finally:
        made.close()


def _loopback_up() -> None:
    with IPRoute() as ip:
        ip.link("set", index=1, state="up")


class ByBox(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist's schedulers are typed for its own use only
    """Two workers never share what a file sets up, nor the installed box of the container tests."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "tests/appliance" if file.startswith("tests/appliance/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByBox | None:
    """For `--dist loadfile`; anything else is pytest-xdist's own."""
    return ByBox(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that needs root says so instead of failing for want of it; CI runs as root and skips none.

    Long campaigns and exams run only when they are asked for (`-m long`, `-m exam`).
    """
    # What takes longest begins first, or one worker would wait for the other at the end.
    items.sort(key=lambda item: item.get_closest_marker("vm") is None)
    for asked in ("long", "exam"):
        if asked not in config.option.markexpr:
            config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker(asked)])
            items[:] = [item for item in items if not item.get_closest_marker(asked)]
    if os.geteuid() == 0:
        sweep()
        return
    for item in items:
        if item.get_closest_marker("root") or item.get_closest_marker("appliance"):
            item.add_marker(pytest.mark.skip(reason="needs root for network namespaces"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top of this checkout."""
    return Path(__file__).parent.parent
