import pytest

from gateway.cli.section import Figure, Section
from gateway.cli.status_nagios import State, line, state

WELL = Section("enforcer", (), figures=(Figure("proved", 1, "x"), Figure("parcels", 3, "x", (("state", "held"),))))
WAITS = Section("relay", (), ("one | waits",))
SHUT = Section("relay", (), ("one waits",), critical=("the box is closed",))
SILENT = Section("relay", (), ("no right",), undecided=True)


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ((WELL,), State.OK),
        ((WELL, WAITS), State.WARNING),
        ((WELL, SILENT, WAITS), State.UNKNOWN),
        ((SILENT, SHUT), State.CRITICAL),
        ((), State.UNKNOWN),
    ],
)
def test_the_worst_counts(sections: tuple[Section, ...], expected: State) -> None:
    assert state(sections) is expected


def test_the_codes_are_the_plugins_own() -> None:
    assert [int(one) for one in State] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ((WELL,), "CLAIM-GATEWAY OK - enforcer well | proved=1"),
        ((WELL, WAITS), "CLAIM-GATEWAY WARNING - one / waits | proved=1"),
        ((SHUT,), "CLAIM-GATEWAY CRITICAL - the box is closed; one waits"),
        ((), "CLAIM-GATEWAY UNKNOWN - nothing to ask"),
    ],
)
def test_one_line_the_worst_first_and_a_bar_only_before_the_figures(sections: tuple[Section, ...], said: str) -> None:
    assert line(sections) == said
