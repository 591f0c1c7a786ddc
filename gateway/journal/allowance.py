"""How often one message may be said: whoever makes a thing happen a thousand times must not drown the journal."""

import threading
from dataclasses import dataclass

MOST = 300
"""Of one message in EVERY_S. A clinic's busiest minutes are far below; the ledger has every parcel anyway."""
EVERY_S = 300.0


@dataclass(slots=True)
class _Spell:
    since: float
    said: int = 0
    left_out: int = 0


class Allowance:
    """What each message has used up. For any thread; as large as the catalogue, whatever happens."""

    def __init__(self, most: int = MOST, every_s: float = EVERY_S) -> None:
        self.most, self.every_s = most, every_s
        self._spells: dict[str, _Spell] = {}
        self._lock = threading.Lock()

    def left_out(self, message: str, now: float) -> int:
        """Ask to say `message` at `now`, in seconds of a steady clock.

        0: say it. Otherwise leave it out; the number is how many were left out in this spell, this one included.
        """
        with self._lock:
            spell = self._spells.get(message)
            if spell is None or not 0 <= now - spell.since < self.every_s:
                spell = self._spells[message] = _Spell(now)
            if spell.said < self.most:
                spell.said += 1
                return 0
            spell.left_out += 1
            return spell.left_out


def worth_saying(left_out: int) -> bool:
    """Whether to tell of it: at the first, the tenth, the hundredth and so on, so that the telling is no flood either."""
    return left_out > 0 and str(left_out).rstrip("0") == "1"
