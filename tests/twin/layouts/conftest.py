"""Each file in this folder is one sample: it names it, and what may start there."""

from collections.abc import Iterator

import pytest

from tests.twin.layouts.scenario import Scene, rehearsed


@pytest.fixture(scope="module")
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The file's own sample (`SAMPLE`) in a twin, under its policy."""
    with rehearsed(request.module.SAMPLE) as found:
        yield found
