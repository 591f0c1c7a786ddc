"""Holding our table against every other program, where the kernel can (6.9 and later): NFT_TABLE_F_OWNER with PERSIST.

A held table belongs to one netlink socket: `nft flush ruleset` of anybody else passes it by, any other change by anybody
else is refused (EPERM). When the socket is closed the table stays and is nobody's; then whoever sends the same flags first
has it. The enforcer keeps the socket in systemd's store of file descriptors too, where it outlives a killed process.

A table that was made without PERSIST cannot be taken (EOPNOTSUPP). `apply` without an enforcer makes such a one: nft 1.0.6
prints broken JSON of a table with a single flag, which PERSIST would be. On an older kernel every table is such a one; it
has the routing guard and the repair of drift behind it.
"""

import errno
import os
import re

from gateway.firewall.netlink import INET, NETDEV, drain, new_table
from gateway.firewall.nft import Nft, NftError
from gateway.firewall.table import FAMILY, TABLE

OWNER, PERSIST = 0x2, 0x4  # NFT_TABLE_F_…, linux/netfilter/nf_tables.h; PERSIST since Linux 6.9
_FAMILIES = {FAMILY: INET, "netdev": NETDEV}

SINCE = (6, 9)
"""The first Linux that knows PERSIST; before it, a held table dies with its holder."""
HELD_BY_OTHER = (
    f"table {TABLE} is held by a running enforcer: changes go through it. if it does not answer, stop it: "
    "systemctl stop claim-gateway-enforcer"
)


class TableHeld(NftError):
    """Another process holds the table. One line that says where to go."""


def take(nft: Nft, name: str = TABLE, family: str = FAMILY) -> bool:
    """Hold a table of ours by `nft`'s socket, awake; create it, empty, if there is none. Returns whether it is held now.

    False leaves everything as it was. Raises TableHeld if another process holds it, NftError if the kernel refuses.
    """
    try:
        new_table(nft.fileno(), name, OWNER | PERSIST, _FAMILIES[family])
    except OSError as error:
        if error.errno == errno.EPERM:
            raise TableHeld(HELD_BY_OTHER) from error
        if error.errno in (errno.EOPNOTSUPP, errno.EINVAL):
            return False
        raise NftError(f"table {name}: {error.strerror}") from error
    return True


def can_hold() -> bool:
    """Whether this kernel knows tables that outlive their holder."""
    numbers = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= SINCE


def resume(nft: Nft, stored: int) -> None:
    """Put the socket of a former process, from systemd's store, in the place of libnftables' own. Closes `stored`.

    Whatever that process held, `nft` holds now. Answers it did not read are taken away.
    """
    os.dup2(stored, nft.fileno(), inheritable=False)
    os.close(stored)
    drain(nft.fileno())
