import hashlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.chain import NOTHING_BEFORE, Head, Link, breaks, canonical, head_of, keeps, next_link, seal

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
PARCELS = ("a" * 32, "b" * 32)


def chain_of(count: int) -> list[Link]:
    """A chain that holds, of this many links."""
    links: list[Link] = []
    for number in range(count):
        before = head_of(links[-1]) if links else None
        links.append(next_link(before, {"fact": "taken", "parcel": PARCELS[number % 2], "size": number}, NOW))
    return links


CHAIN = chain_of(12)


def changed(text: str, place: int, bit: int) -> str:
    """`text` with one byte changed, whatever the byte then means."""
    raw = bytearray(text.encode())
    raw[place % len(raw)] ^= 1 << bit
    return raw.decode("utf-8", "surrogateescape")


def test_a_chain_that_nobody_touched_holds() -> None:
    assert list(breaks(CHAIN)) == []
    assert keeps(CHAIN, head_of(CHAIN[-1])) is True


def test_a_shell_and_sha256sum_are_enough_to_check_a_link() -> None:
    said = subprocess.run(
        ["sha256sum"], input=f"{CHAIN[2].hash}\n{CHAIN[3].record}".encode(), capture_output=True, check=True
    )

    assert said.stdout.split()[0].decode() == CHAIN[3].hash
    assert CHAIN[0].hash == hashlib.sha256(f"{NOTHING_BEFORE}\n{CHAIN[0].record}".encode()).hexdigest()


def test_a_record_has_one_spelling() -> None:
    assert canonical({"b": "語", "a": [1, None]}) == '{"a":[1,null],"b":"\\u8a9e"}'


@given(
    row=st.integers(0, len(CHAIN) - 1),
    column=st.sampled_from(["record", "hash"]),
    place=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
def test_one_changed_byte_of_any_row_is_found(row: int, column: str, place: int, bit: int) -> None:
    link = CHAIN[row]
    text = changed(getattr(link, column), place, bit)
    touched = replace(link, record=text) if column == "record" else replace(link, hash=text)

    found = list(breaks([*CHAIN[:row], touched, *CHAIN[row + 1 :]]))

    assert found
    assert found[0].sequence in {row + 1, row + 2}


@given(row=st.integers(0, len(CHAIN) - 1), sequence=st.integers(-3, 20))
def test_a_changed_sequence_is_found(row: int, sequence: int) -> None:
    touched = [*CHAIN[:row], replace(CHAIN[row], sequence=sequence), *CHAIN[row + 1 :]]
    stored = sorted({link.sequence: link for link in touched}.values(), key=lambda link: link.sequence)

    assert stored == CHAIN or list(breaks(stored)) or keeps(stored, head_of(CHAIN[-1])) is False


@given(gone=st.sets(st.integers(0, len(CHAIN) - 1), min_size=1))
def test_what_is_deleted_is_missed_when_the_head_is_known(gone: set[int]) -> None:
    rest = [link for number, link in enumerate(CHAIN) if number not in gone]

    assert list(breaks(rest)) or keeps(rest, head_of(CHAIN[-1])) is False


@given(kept=st.integers(0, len(CHAIN) - 1), head=st.integers(0, len(CHAIN) - 1))
def test_an_end_cut_off_behind_a_published_head_is_found_and_before_it_is_not(kept: int, head: int) -> None:
    assert (keeps(CHAIN[:kept], head_of(CHAIN[head])) is False) == (kept <= head)


@given(order=st.permutations(range(len(CHAIN))))
def test_another_order_is_found(order: list[int]) -> None:
    links = [
        Link(place + 1, CHAIN[number].record, CHAIN[number].hash)
        for place, number in enumerate(order)
    ]  # fmt: skip

    assert order == sorted(order) or list(breaks(links))


def test_a_link_put_in_between_is_found() -> None:
    forged = next_link(head_of(CHAIN[4]), {"fact": "taken", "parcel": "c" * 32}, NOW)

    assert list(breaks([*CHAIN[:5], forged, *CHAIN[6:]]))


def test_a_chain_rewritten_from_somewhere_on_holds_but_not_against_a_head_noted_before() -> None:
    forged = CHAIN[:5]
    for _ in range(7):
        forged = [*forged, next_link(head_of(forged[-1]), {"fact": "taken", "parcel": "c" * 32}, NOW)]

    assert list(breaks(forged)) == []
    assert keeps(forged, head_of(CHAIN[-1])) is False


def test_one_change_is_one_finding() -> None:
    touched = [*CHAIN[:3], replace(CHAIN[3], record=CHAIN[3].record.replace("taken", "given")), *CHAIN[4:]]

    assert [found.sequence for found in breaks(touched)] == [4]


def test_no_chain_at_all_is_a_break() -> None:
    assert [found.why for found in breaks([])] == ["there is no chain"]


def test_a_beginning_that_went_must_be_said() -> None:
    anchor = next_link(head_of(CHAIN[-1]), {"fact": "pruned", "through": 4, "hash": CHAIN[3].hash}, NOW)
    wrong = next_link(head_of(CHAIN[-1]), {"fact": "pruned", "through": 4, "hash": CHAIN[2].hash}, NOW)

    assert list(breaks([*CHAIN[4:], anchor])) == []
    assert [found.sequence for found in breaks([*CHAIN[4:], wrong])] == [5]
    assert "no link says" in next(breaks(CHAIN[4:])).why
    assert "no link says" in next(breaks([*CHAIN[5:], anchor])).why
    assert keeps([*CHAIN[4:], anchor], head_of(CHAIN[2])) is None


def test_a_head_is_written_and_read() -> None:
    head = head_of(CHAIN[-1])

    assert Head.parse(str(head)) == Head(12, CHAIN[-1].hash)
    for text in ("", "12", f"0:{'a' * 64}", f"12:{'A' * 64}", f"12:{'a' * 63}", f"12:{'a' * 64}\n"):
        with pytest.raises(ValueError, match="not a head"):
            Head.parse(text)


def test_a_record_that_is_no_record_any_more_says_nothing() -> None:
    for record in ("", "[]", "7", "{"):
        assert Link(1, record, "").said == {}


def test_a_missing_link_is_called_missing() -> None:
    assert [(found.sequence, found.why) for found in breaks([*CHAIN[:4], *CHAIN[5:]])] == [(5, "it is missing")]


def test_a_record_sealed_under_another_s_number_is_found() -> None:
    record = canonical({**CHAIN[1].said, "sequence": 7})
    forged = Link(2, record, seal(CHAIN[0].hash, record))

    assert [found.why for found in breaks([CHAIN[0], forged])] == ["its record is another link's"]
