"""How the kernel spells a table: what `observe` would show if exactly this table were loaded.

nft prints rules in words of its own, and others in each version, so what the compiler wrote cannot be compared with what
is in force. What can be is one listing with another. A listing becomes known when we load the table; a process that did
not load it asks the kernel in a network namespace of a moment, if it may make one (CAP_SYS_ADMIN).
"""

import ctypes
from collections import OrderedDict
from collections.abc import Mapping
from threading import Thread

from gateway.firewall.nft import Nft, NftError
from gateway.firewall.observed import read
from gateway.firewall.table import Table

Rules = Mapping[str, tuple[str, ...]]
_CLONE_NEWNET = 0x40000000  # sched.h
_KEPT = 8
"""Tables whose spelling is remembered: the one in force, the one before it, and what a person tries in between."""
_known: OrderedDict[Table, Rules] = OrderedDict()


def remember(table: Table, rules: Rules) -> None:
    """`rules` is what the kernel showed right after `table` was loaded."""
    _known[table] = rules
    _known.move_to_end(table)
    while len(_known) > _KEPT:
        _known.popitem(last=False)


def spelled(table: Table) -> Rules | None:
    """The rules of every chain as the kernel shows them; None if this process cannot know."""
    if table not in _known and (rules := _asked(table)) is not None:
        remember(table, rules)
    return _known.get(table)


def _asked(table: Table) -> Rules | None:
    """Load it where it governs nothing: a thread's own network namespace, which ends with the thread."""
    answer: list[Rules] = []

    def ask() -> None:
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
            return
        try:
            with Nft() as nft:
                nft.run(table.text())
                answer.append(read(nft.run("list ruleset")).rules)
        except NftError:
            return  # whoever loads it in earnest is told why

    thread = Thread(target=ask, name="spelling")
    thread.start()
    thread.join()
    return answer[0] if answer else None
