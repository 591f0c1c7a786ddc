"""What a machine boots from: Debian with the product installed as the role does it, as one ext4 file.

Everything that can be done on this machine's own processor is done here, in a chroot: under emulation it would take
minutes. A scene gets a copy of its own, with its site file written into it.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.appliance.controller import ARCHIVE, make_release
from tests.appliance.leftovers import prefix
from tests.appliance.rootfs import cache, locked, rootfs
from tests.vm.kernel import Kernel

HERE = Path(__file__).parent
OURS = ("agent.py", "lab-agent.service", "forwards.conf")
"""What this lab itself puts on the machine."""
SIZE = "2G"
"""Sparse: a file takes what is in it."""
BUILD_TIMEOUT_S = 300

# In a mount namespace of its own, which takes the mounts away however this ends. Units and users are the role's.
_INSTALL = """
mount -t overlay overlay -o lowerdir=$TREE,upperdir=$WORK/upper,workdir=$WORK/work $WORK/root
root=$WORK/root
mount --rbind /dev $root/dev
mount -t proc proc $root/proc
release=$root/opt/claim-gateway/releases/lab
mkdir -p $release $root/usr/lib/lab
tar -xf $ARCHIVE -C $release
chroot $root /usr/bin/python3 /opt/claim-gateway/releases/lab/install >/dev/null
install -m 0644 $LAB/agent.py $root/usr/lib/lab/
install -m 0644 $LAB/lab-agent.service $root/etc/systemd/system/
install -m 0644 $LAB/forwards.conf $root/etc/sysctl.d/
systemctl --quiet --root=$root enable claim-gateway-guard claim-gateway.target claim-gateway-enforcer lab-agent strongswan systemd-networkd
systemctl --quiet --root=$root mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service \
    getty-static.service ssh.service systemd-binfmt.service systemd-networkd-wait-online.service
echo box >$root/etc/hostname
umount -R $root/proc $root/dev
mkdir -p $root/lib/modules
cp -a $MODULES/. $root/lib/modules/
chroot $root depmod $RELEASE
mke2fs -q -t ext4 -E lazy_itable_init=1 -d $root $WORK/image $SIZE
"""


def image(booting: Kernel, *more: str) -> Path:
    """The installed box with `more` packages, built if this checkout's product is not installed yet (about 15 s and 600 MB).

    Raises subprocess.CalledProcessError with the failing step's own words.
    """
    make_release()
    tree = rootfs(*more)
    digest = hashlib.sha256(f"{tree}\n{booting.tree}\n{_INSTALL}\n{SIZE}".encode())
    for file in (ARCHIVE, *(HERE / name for name in OURS)):
        digest.update(file.read_bytes())
    kind = "_".join(("vm", *more))
    built = cache() / f"{kind}-{digest.hexdigest()[:16]}.img"
    with locked(cache() / "vm.lock"):
        if not built.exists():
            for former in cache().glob(f"{kind}-*.img"):
                former.unlink()  # each product installed is another 600 MB
            _build(tree, booting, built)
    return built


def _build(tree: Path, booting: Kernel, built: Path) -> None:
    workplace = Path(tempfile.mkdtemp(prefix="building-", dir=built.parent))
    try:
        for name in ("upper", "work", "root"):
            (workplace / name).mkdir()
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "TREE": str(tree),
            "WORK": str(workplace),
            "ARCHIVE": str(ARCHIVE),
            "LAB": str(HERE),
            "MODULES": str(booting.modules),
            "RELEASE": booting.release,
            "SIZE": SIZE,
        }
        install = ("unshare", "--mount", "--propagation", "private", "sh", "-ec", _INSTALL)
        subprocess.run(install, env=environment, check=True, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S)
        (workplace / "image").rename(built)
    finally:
        shutil.rmtree(workplace)


@dataclass(frozen=True, slots=True)
class Disk:
    """What one machine boots from and writes to."""

    file: Path

    def write(self, target: str, content: bytes, mode: int = 0o644) -> None:
        """Put one file there, root's, while the machine is off; the directory above it must exist."""
        with tempfile.NamedTemporaryFile() as source:
            source.write(content)
            source.flush()
            # An inode's mode has the kind of file in it: 0100000 is a regular one (inode(7)).
            commands = (
                f"rm {target}\nwrite {source.name} {target}\nset_inode_field {target} mode 0{0o100000 | mode:o}\n"
            )
            edit = ("debugfs", "-w", "-f", "-", str(self.file))
            subprocess.run(edit, input=commands, check=True, capture_output=True, text=True, timeout=30)


@contextmanager
def disk(built: Path) -> Iterator[Disk]:
    """A copy of `built` that goes away again."""
    with tempfile.TemporaryDirectory(prefix=prefix("machine")) as home:
        copy = Path(home) / "disk"
        subprocess.run(("cp", "--sparse=always", str(built), str(copy)), check=True, timeout=60)
        yield Disk(copy)
