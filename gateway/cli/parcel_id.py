"""A parcel on the command line: its id, or as many of its first digits as no other parcel has."""

import argparse
import re

from gateway.relay.errors import RelayRefused
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel

DIGITS_LEAST = 4


def parcel_id(text: str) -> str:
    """For argparse: hex digits, at least DIGITS_LEAST of them."""
    if not (re.fullmatch(r"[0-9a-f]{1,32}", text.lower()) and len(text) >= DIGITS_LEAST):
        raise argparse.ArgumentTypeError(f"{text!r:.40} is no parcel's id. copy it from: claim-gateway files list")
    return text.lower()


def parcel_named(ledger: Ledger, digits: str) -> Parcel:
    """The one parcel whose id begins so. Raises RelayRefused."""
    found = ledger.beginning_with(digits)
    if not found:
        raise RelayRefused(f"{digits}: no parcel's id begins so. see: claim-gateway files list", wrong_input=True)
    if len(found) > 1:
        raise RelayRefused(f"{digits}: {len(found)} parcels' ids begin so. write more digits", wrong_input=True)
    return found[0]
