import argparse
from pathlib import Path

import pytest

from gateway.cli.parcel_id import parcel_id, parcel_named
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger import Ledger
from tests.relay.test_ledger import NOW, parcel


@pytest.mark.parametrize("text", ["", "abc", "xyz12", "a" * 33, "../../etc", "１２３４"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="no parcel's id"):
        parcel_id(text)


def test_an_id_is_found_by_as_many_digits_as_it_needs(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        for number, digits in enumerate(("abcd1", "abcd2"), start=1):
            ledger.record(parcel(number, id=digits.ljust(32, "0")), "x", NOW)

        assert parcel_named(ledger, parcel_id("ABCD1")).number == 1
        with pytest.raises(RelayRefused, match="2 parcels"):
            parcel_named(ledger, "abcd")
        with pytest.raises(RelayRefused, match="no parcel's id"):
            parcel_named(ledger, "abce")
