"""The catalogue's changes are what a kernel would print: loaded into one, they come back as they were written."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.proof.model import Dump
from gateway.twin.namespace import Namespace
from tests.proof.catalogue import Mutation, catalogue
from tests.proof.changes import NotHere
from tests.proof.recorded import dump_of, listed, site_of

SAMPLE = "ip-vpn-claim"
LOADED_MIN = 80
REFUSED = {
    **dict.fromkeys(("netdev: fwd", "netdev: dup", "netdev: drop"), "nft 1.0.6 prints no device, and asks for one"),
    **dict.fromkeys(("a flowtable declared", "sessions into a flowtable"), "kernels without NF_FLOW_TABLE"),
    **dict.fromkeys(
        ("let a program decide", "foreign: queue", "a program asked about what is dropped anyway"),
        "kernels without NFT_QUEUE",
    ),
    "accept what a set learned from packets": "nft 1.0.6 neither prints nor reads the flag dynamic in JSON",
    "a set that packets may change": "the same",
    "a set widened to half of all destinations": "the set would be of another kind; the proof does not look at it",
    "a set widened to every port": "the same",
    "an element that will leave": "the same",
    "an element less": "nft reads no empty list of elements",
    "a limit in a set": "the kernel adds the counter to the elements",
    "packets write a flow's set": "the kernel adds a size to the set",
    "foreign: reject": "reject stands in no postrouting hook; the proof does not look at it",
    "a helper given": "its object is left out",
    "an expectation declared": "nft 1.0.6 does not read what it prints",
    "our table put to sleep": "nft 1.0.6 does not print it",
}
"""What does not come back, and why. All the same the proof must judge it."""


@pytest.mark.root
@pytest.mark.long
def test_a_kernel_prints_the_changes_as_they_are_written_here(namespace: Namespace) -> None:
    loaded = 0
    for mutation in catalogue(site_of(SAMPLE)):
        written = _written(mutation)
        if written is None or mutation.name in REFUSED:
            continue
        _load(namespace, written)
        assert _still(listed(namespace)) == _still(written), mutation.name
        _load(namespace, ({"flush": {"ruleset": None}},))
        loaded += 1
    assert loaded >= LOADED_MIN


def test_every_excuse_is_one_of_the_catalogue() -> None:
    assert set(REFUSED) <= {mutation.name for mutation in catalogue(site_of(SAMPLE))}


def _written(mutation: Mutation) -> Dump | None:
    """The changed dump; None if only the guard changed, or if it is made so that nobody understands it."""
    try:
        changed = mutation.dump(dump_of(SAMPLE))
    except NotHere:
        return None
    return None if mutation.open or changed == dump_of(SAMPLE) else changed


def _load(where: Namespace, dump: Dump) -> None:
    text = json.dumps({"nftables": list(dump)})
    command = where.command("nft", "-j", "-f", "-")
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)


def _still(dump: Dump) -> list[str]:
    """Less handles and nft's version, elements in one order."""
    return sorted(json.dumps(_sorted(_less(one)), sort_keys=True) for one in dump)


def _less(one: Mapping[str, Any]) -> Mapping[str, Any]:
    ((kind, body),) = one.items()
    return {kind: {} if kind == "metainfo" else {key: value for key, value in body.items() if key != "handle"}}


def _sorted(said: Any) -> Any:
    match said:
        case {"set": [*elements], **rest}:
            return {
                "set": sorted(map(_sorted, elements), key=json.dumps),
                **{key: _sorted(one) for key, one in rest.items()},
            }
        case {"elem": [*elements], **rest}:
            return {"elem": sorted(map(_sorted, elements), key=json.dumps), **rest}
        case dict():
            return {key: _sorted(value) for key, value in said.items()}
        case list():
            return [_sorted(value) for value in said]
    return said
