import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.audit import COMMITTED, COMMITTED_IF_SAID, covered, fact_of, new_salt, standing
from gateway.relay.chain import Link
from gateway.relay.parcel import State
from gateway.relay.rows import row_of
from gateway.relay.verify import row_findings
from tests.relay.test_ledger import NOW, parcel

DECISION = {"decided_by": "", "decided_why": ""}


def row(**changes: Any) -> dict[str, Any]:
    """A parcel's row as the ledger holds it."""
    return {**row_of(parcel(), NOW), **DECISION, "salt": b"s" * 32, "erased": 0, **changes}


def test_a_fact_says_ids_digests_and_counts_and_nothing_a_person_could_read() -> None:
    name = "患者の名前.UKE"
    said = json.dumps(covered(row(name=name.encode(), source=name.encode())), ensure_ascii=False)

    assert name not in said
    assert name.encode().hex() not in said
    assert covered(row())["digest"] == "d" * 64
    assert covered(row())["count"] == 1


@pytest.mark.parametrize("column", [*COMMITTED, *COMMITTED_IF_SAID])
def test_every_such_column_is_committed_to(column: str) -> None:
    before = covered(row())

    assert covered(row(**{column: '{"other": "x"}'}))["commitment"] != before["commitment"]


def changed(value: str | bytes, place: int, bit: int) -> str | bytes:
    """`value` with one byte changed, whatever the byte then means."""
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[place % len(raw)] ^= 1 << bit
    return bytes(raw) if isinstance(value, bytes) else raw.decode("utf-8", "surrogateescape")


def test_what_was_sealed_before_anybody_asked_who_brought_it_stays_sealed() -> None:
    before = row()
    del before["brought_by"]

    assert covered(row()) == covered(before)


SEALED = row(brought_by="山田", reasons='["a", "b"]', decided_by="院長", decided_why="確認した")
TEXTS = sorted(name for name, value in SEALED.items() if isinstance(value, str | bytes))


@given(column=st.sampled_from(TEXTS), place=st.integers(0, 2_000), bit=st.integers(0, 7))
def test_one_changed_byte_of_a_row_is_found(column: str, place: int, bit: int) -> None:
    link = Link(2, json.dumps({"fact": "numbered", **covered(SEALED)}), "")

    assert list(row_findings([{**SEALED, column: changed(SEALED[column], place, bit)}], [link]))


@pytest.mark.parametrize("column", ["size", "source_size", "number", "duplicate", "erased"])
def test_a_changed_figure_of_a_row_is_found(column: str) -> None:
    link = Link(2, json.dumps({"fact": "numbered", **covered(SEALED)}), "")

    assert list(row_findings([{**SEALED, column: SEALED[column] + 1}], [link]))


def test_the_salt_decides_so_that_a_well_known_name_cannot_be_guessed() -> None:
    assert covered(row())["commitment"] != covered(row(salt=new_salt()))["commitment"]
    assert new_salt() != new_salt()


def test_what_was_erased_is_committed_to_no_more() -> None:
    assert covered(row(erased=1, salt=None))["commitment"] == ""


def test_before_its_number_a_month_is_nobody_s_fact() -> None:
    assert covered(row(number=0))["month"] == ""
    assert covered(row(number=2))["month"] == "2021-11"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.TAKING, ""),
        (State.TAKEN, "taken"),
        (State.INSPECTED, "numbered"),
        (State.DELIVERING, "numbered"),
        (State.RENAMING, "numbered"),
        (State.DELIVERED, "delivered"),
        (State.HELD, "held"),
        (State.FORGOTTEN, ""),
    ],
)
def test_an_intent_is_no_fact(state: State, said: str) -> None:
    assert standing(state) == said


def test_only_what_changed_makes_a_fact() -> None:
    taking, delivering = row(state="taking"), row(state="delivering")

    assert fact_of(None, taking, "Engaged") is None
    assert fact_of(taking, row(state="forgotten"), "NothingTaken") is None
    assert fact_of(delivering, row(state="renaming", attempt=9, failures=0), "Verified") is None
    assert fact_of(taking, delivering, "Begun") == {"fact": "numbered", **covered(delivering)}
    assert fact_of(delivering, row(state="forgotten"), "x") is not None


@pytest.mark.parametrize(("event", "fact"), [("Released", "released"), ("Rejected", "rejected")])
def test_a_person_s_decision_is_a_fact_of_its_own(event: str, fact: str) -> None:
    said = fact_of(row(state="held"), row(state="delivering", decided_by="院長"), event)

    assert said is not None
    assert said["fact"] == fact
    assert "院長" not in json.dumps(said, ensure_ascii=False)
