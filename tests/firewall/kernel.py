"""What the tests ask of the kernel: commands, dumps, and the live table as values that can be compared."""

from typing import Any

from gateway.firewall.nft import Nft
from gateway.firewall.table import FAMILY, TABLE
from gateway.twin.namespace import Namespace

HERE = f"{FAMILY} {TABLE}"
Entry = dict[str, Any]


def run(where: Namespace, commands: str) -> None:
    """Run nft commands in `where`; NftError if it refuses."""

    def act() -> None:
        with Nft() as nft:
            nft.run(commands)

    where.call(act)


def dump(where: Namespace, what: str = f"table {HERE}") -> list[Entry]:
    """The objects of `list …` in `where`."""

    def look() -> list[Entry]:
        with Nft() as nft:
            return nft.dump(f"list {what}")

    return where.call(look)


def held(where: Namespace, set_name: str) -> dict[str, Entry]:
    """The elements of a set of addresses with their time-outs, by address: `timeout` and `expires` in seconds."""
    (found,) = (entry["set"] for entry in dump(where, f"set {HERE} {set_name}") if "set" in entry)
    return {one["elem"]["val"]: one["elem"] for one in found.get("elem", ())}


def counted(where: Namespace, counter: str) -> int:
    """The packets of a named counter."""
    (found,) = (entry["counter"] for entry in dump(where, f"counter {HERE} {counter}") if "counter" in entry)
    return int(found["packets"])


def rules(where: Namespace) -> dict[str, list[object]]:
    """What every chain says, in order, without the numbers that move: handles, and what anonymous counters counted."""
    chains: dict[str, list[object]] = {}
    for entry in dump(where):
        if "chain" in entry:
            chains.setdefault(entry["chain"]["name"], [])
        if "rule" in entry:
            chains[entry["rule"]["chain"]].append(_still(entry["rule"]["expr"]))
    return chains


def _still(expression: Any) -> Any:
    match expression:
        case {"counter": {"packets": _}}:
            return "counter"
        case dict():
            return {key: _still(value) for key, value in expression.items() if key != "handle"}
        case list():
            return [_still(one) for one in expression]
    return expression
