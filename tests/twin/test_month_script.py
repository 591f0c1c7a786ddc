from itertools import pairwise

from gateway.claims.reader import Expected, inspect
from gateway.claims.site_rules import Place
from gateway.relay.parcel import State
from gateway.twin import month_script
from gateway.twin.month_script import SCRIPT, Put, Terminal

EXPECTED = Expected(Place("0000000", "12"))


def test_time_only_goes_on() -> None:
    assert all(before.when < after.when for before, after in pairwise(SCRIPT))


def test_the_terminal_is_off_for_two_nights_and_on_at_the_end() -> None:
    deeds = [deed for act in SCRIPT for deed in act.deeds if isinstance(deed, Terminal)]

    assert deeds == [Terminal.OFF, Terminal.ON] * 2


def test_each_payer_has_a_first_claim_and_three_corrections_of_one_name() -> None:
    for contents in (month_script.FUND, month_script.FEDERATION):
        put = [deed for act in SCRIPT for deed in act.deeds if isinstance(deed, Put) and deed.content in contents]
        assert len({deed.content for deed in put}) == len(contents) == 4
        assert len({deed.path for deed in put}) == 1


def test_only_the_file_with_the_former_code_is_held_and_only_for_a_while() -> None:
    last = {comes.content: comes for act in SCRIPT for comes in act.comes}

    assert {comes.content for act in SCRIPT for comes in act.comes if comes.state is State.HELD} == {
        month_script.FORMER
    }
    assert {comes.state for comes in last.values()} == {State.NOTED}


def test_the_files_are_what_the_script_calls_them() -> None:
    summaries = {
        name: inspect([content], name="RECEIPTC.UKE", expected=EXPECTED, now=month_script.at(9, 10))
        for name, content in {
            "claim": month_script.FUND[0],
            "former": month_script.FORMER,
            "reclaim": month_script.RECLAIM,
            "first": month_script.VOLUMES[0],
            "second": month_script.VOLUMES[1],
        }.items()
    }

    assert {name: [one.name for one in summary.holds] for name, summary in summaries.items()} == {
        "claim": [],
        "former": ["institution-differs"],
        "reclaim": [],
        "first": [],
        "second": [],
    }
    assert [name for name, summary in summaries.items() if summary.reclaim] == ["reclaim"]
