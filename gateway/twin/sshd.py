"""A claim terminal that offers SFTP: OpenSSH's real `sshd`, our own child, with everything it writes inside one folder.

Its user exists only in an nss_wrapper file (https://cwrap.org/nss_wrapper.html), so no account of this machine is touched,
and the folder it demands below /run exists only in a mount namespace of its own.
"""

import ctypes
import subprocess
from pathlib import Path

from gateway.twin.server import Server, ServerError

_PORT = 22
_LOCKED = "*"
_SALT = "$6$claimgateway"  # SHA-512, crypt(5); the account lives as long as one rehearsal

_CONFIGURATION = """\
{listening}
HostKey {place}/host_key
PidFile none
UsePAM no
UseDNS no
AllowUsers {user}
PermitRootLogin yes
StrictModes no
AuthorizedKeysFile {place}/authorized_keys
PasswordAuthentication {passwords}
KbdInteractiveAuthentication no
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTTY no
MaxStartups 100
Subsystem sftp {server}
"""
# sshd wants /run/sshd; the rest of /run is nothing it needs.
_IN_OWN_RUN = 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd -D -e -f "$0"'


class SshdError(ServerError):
    """sshd or ssh-keygen did not do what it should."""


class Sshd(Server):
    """A folder over SFTP on given addresses. Needs root and the packages openssh-server and libnss-wrapper.

    `password` None lets nobody in by one. `key` is the private key's file that `prepare` makes for the account, `home` where
    it begins, and `folder` what it offers below that.
    """

    name = "sshd"
    error = SshdError

    def __init__(
        self,
        place: Path,
        *,
        user: str,
        password: str | None = None,
        addresses: tuple[str, ...] = ("127.0.0.1",),
        port: int = _PORT,
        namespace: str | None = None,
        folder: str = ".",
        folders: tuple[str, ...] = ("claims", "returns"),
    ) -> None:
        super().__init__(place, addresses=addresses, port=port, namespace=namespace)
        self.user = user
        self.home = place / "home"
        self._folder = folder
        self.key = place / "relay_key"
        self._password = password
        self._folders = folders

    @property
    def share(self) -> Path:
        """See Server."""
        return self.home / self._folder

    @property
    def host_key(self) -> str:
        """The public host key, as the site file names it."""
        return " ".join((self.place / "host_key.pub").read_text().split()[:2])

    def prepare(self) -> None:
        """Make keys, the account and the configuration."""
        for folder in (self.place / "log", self.share, *(self.share / name for name in self._folders)):
            folder.mkdir(parents=True, exist_ok=True)
        for key in (self.place / "host_key", self.key):
            _make_key(key)
        (self.place / "authorized_keys").write_bytes(self.key.with_suffix(".pub").read_bytes())
        shown = _LOCKED if self._password is None else _crypted(self._password)
        # The account is root under another name: the folder above may be closed to everybody else.
        accounts = f"root:x:0:0::/:/bin/sh\n{self.user}:{shown}:0:0::{self.home}:/bin/sh\n"
        separated = "sshd:x:61185:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n"
        (self.place / "passwd").write_text(accounts + separated)
        (self.place / "passwd").chmod(0o600)
        (self.place / "group").write_text("root:x:0:\nnogroup:x:65534:\n")
        self.configure(f"internal-sftp -d {self.home}")

    def configure(self, server: str) -> None:
        """Write the configuration; `server` is what answers SFTP."""
        listening = "\n".join(
            f"ListenAddress {f'[{one}]' if ':' in one else one}:{self.port}" for one in self.addresses
        )
        passwords = "no" if self._password is None else "yes"
        text = _CONFIGURATION.format(
            listening=listening, place=self.place, user=self.user, passwords=passwords, server=server
        )
        (self.place / "sshd_config").write_text(text)

    def command(self) -> list[str]:
        """See Server."""
        return ["unshare", "--mount", "sh", "-c", _IN_OWN_RUN, str(self.place / "sshd_config")]

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": str(self.place / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.place / "group"),
        }


def _make_key(path: Path) -> None:
    if path.exists():
        return
    done = subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SshdError(f"ssh-keygen ended with {done.returncode}: {done.stderr.strip()[-500:]}")


def _crypted(password: str) -> str:
    """crypt(3), which Python no longer brings itself."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    crypted: bytes | None = crypt(password.encode(), _SALT.encode())
    if crypted is None:
        raise SshdError("crypt(3) refused the password")
    return crypted.decode()
