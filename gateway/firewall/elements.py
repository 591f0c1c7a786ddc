"""Set elements as the kernel's dump spells them (libnftables-json(5)), read back as the literals the compiler writes."""

from typing import Any


def spelled(element: Any) -> str:
    """One element: an address, a prefix, a range, a port, or a concatenation of them, without its time-out.

    Raises ValueError for a form the compiler never writes.
    """
    match element:
        case {"elem": {"val": value}}:
            return spelled(value)
        case {"concat": [*parts]}:
            return " . ".join(spelled(part) for part in parts)
        case {"prefix": {"addr": str(address), "len": int(length)}}:
            return f"{address}/{length}"
        case {"range": [first, last]}:
            return f"{spelled(first)}-{spelled(last)}"
        case str() | int():
            return str(element)
    raise ValueError(f"an element of an unknown form: {element!r:.80}")
