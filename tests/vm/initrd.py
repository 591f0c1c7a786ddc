"""The initial RAM disk of a kernel whose disk drivers are modules: busybox, those modules in their order, and the root's mount.

Made without a tool: an archive is headers and contents (the kernel's documentation, buffer-format.rst of early userspace).
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.appliance.rootfs import cache, locked
from tests.vm.kernel import FETCH_TIMEOUT_S, Kernel

NEEDED = ("crc32c_generic", "crct10dif_generic", "crc64_rocksoft_generic", "nvme", "ext4")
"""The disk and its file system. The first three are what the others ask the kernel for by the name of an algorithm."""
_DIRECTORY, _PROGRAM, _FILE = 0o40755, 0o100755, 0o100644
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")
_INIT = """#!/bin/busybox sh
for module in {modules}; do /bin/busybox insmod /modules/$module.ko; done
/bin/busybox mount -t devtmpfs devtmpfs /dev
until [ -b /dev/nvme0n1 ]; do /bin/busybox usleep 50000; done
/bin/busybox mount -t ext4 /dev/nvme0n1 /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /sbin/init
"""


def with_initrd(plain: Kernel) -> Kernel:
    """The kernel with an initial RAM disk of its own (about 4 MB, made once).

    Raises subprocess.CalledProcessError with apt's own words when there is no busybox to be had.
    """
    made = cache() / f"initrd-{plain.release}"
    with locked(made.with_suffix(".lock")):
        if not made.exists():
            draft = made.with_suffix(".new")
            draft.write_bytes(archive(_content(plain)))
            draft.rename(made)
    return replace(plain, initrd=made)


def _content(plain: Kernel) -> Iterator[tuple[str, int, bytes]]:
    files = {path.stem.replace("-", "_"): path for path in plain.modules.rglob("*.ko")}
    order = tuple(dict.fromkeys(name for needed in NEEDED for name in _with_dependencies(needed, files)))
    yield from ((name, _DIRECTORY, b"") for name in ("bin", "dev", "modules", "root"))
    yield "bin/busybox", _PROGRAM, _busybox()
    yield from ((f"modules/{name}.ko", _FILE, files[name].read_bytes()) for name in order)
    yield "init", _PROGRAM, _INIT.format(modules=" ".join(order)).encode()


def _with_dependencies(name: str, files: dict[str, Path]) -> Iterator[str]:
    """What a module needs before it, then itself; what is no file is built in."""
    if name in files:
        told = _DEPENDS.search(files[name].read_bytes())
        for other in told[1].decode().split(",") if told else ():
            yield from _with_dependencies(other.replace("-", "_"), files)
        yield name


def _busybox() -> bytes:
    with tempfile.TemporaryDirectory() as workplace:
        fetch = ("apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "busybox-static")
        subprocess.run(fetch, cwd=workplace, check=True, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S)
        package = next(Path(workplace).glob("*.deb"))
        unpack = ("dpkg", "--extract", str(package), f"{workplace}/tree")
        subprocess.run(unpack, check=True, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S)
        return next(Path(workplace).glob("tree/**/bin/busybox")).read_bytes()


def archive(content: Iterable[tuple[str, int, bytes]]) -> bytes:
    """A cpio archive of the kind `newc`: name, mode and bytes of each file, then the trailer."""
    return b"".join(_entry(*one) for one in (*content, ("TRAILER!!!", 0, b"")))


def _entry(name: str, mode: int, data: bytes) -> bytes:
    # magic, then: inode, mode, uid, gid, links, mtime, size, four device numbers, length of the name with its NUL, checksum.
    numbers = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    header = "070701" + "".join(f"{number:08x}" for number in numbers)
    return _padded(header.encode() + name.encode() + b"\0") + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
