"""What the kernel makes of a ruleset that is not in force: loaded into an empty network namespace of its own, and dumped.

Nothing is connected to that namespace and it is gone with the program that made it, so a candidate can be proved before
the box is touched.
"""

import json
import os
import subprocess
from collections.abc import Sequence

from gateway.proof.inventory.asking import NotObserved
from gateway.proof.model import Dump

LOAD_TIMEOUT_S = 30.0
"""The first ruleset after a boot has the kernel load a dozen modules from the disk first; any other takes milliseconds."""
_LOAD_AND_LIST = "nft -f - && exec nft -nn -j list ruleset"
_WITH_PORTS = f'ip link add "$1" type veth peer name "$2" && {_LOAD_AND_LIST}'
_CAP_SYS_ADMIN_NEEDED = ("unshare", "--net")
_OF_ITS_OWN = ("unshare", "--user", "--keep-caps", "--net")
"""unshare(1): a user namespace gives the right to a network namespace to a process that has none of root's.

No user is mapped there: since Linux 5.12 mapping root takes CAP_SETFCAP, which the enforcer's unit does not have.
"""


def dump_of(text: str, ports: Sequence[str] = ()) -> Dump:
    """The dump of a ruleset in nft's own language. Raises NotObserved if the kernel does not take it, or gives no namespace.

    `ports`: none, or the two that chains of it stand on.
    """
    script = _WITH_PORTS if ports else _LOAD_AND_LIST
    failed = ""
    for apart in (_OF_ITS_OWN, _CAP_SYS_ADMIN_NEEDED):
        try:
            done = subprocess.run(
                (*apart, "--", "sh", "-c", script, "sh", *ports),
                input=text,
                capture_output=True,
                text=True,
                check=False,
                timeout=LOAD_TIMEOUT_S,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            )
        except OSError as error:
            raise NotObserved(f"a ruleset cannot be tried apart: {type(error).__name__}. install util-linux") from error
        except subprocess.TimeoutExpired as error:
            reason = f"a ruleset cannot be tried apart within {LOAD_TIMEOUT_S:g} s. look what keeps this box so busy"
            raise NotObserved(reason) from error
        if done.returncode == 0:
            return tuple(json.loads(done.stdout)["nftables"])
        failed = failed or next(iter(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
        if not failed.startswith("unshare:"):
            break
    raise NotObserved(f"a ruleset cannot be tried apart: {failed}")
