"""A claim terminal's share: a real `smbd`, our own child, with everything it writes inside one folder.

Its user exists only in an nss_wrapper file (https://cwrap.org/nss_wrapper.html), so no account of this machine is touched.
"""

import subprocess
from pathlib import Path

from gateway.twin.server import Server, ServerError

USER_ID = 61_184  # systemd's dynamic range: no distribution gives these to people
_PORT = 445

_CONFIGURATION = """\
[global]
  server role = standalone server
  netbios name = TERMINAL
  disable netbios = yes
  smb ports = {port}
  interfaces = {addresses}
  bind interfaces only = yes
  server min protocol = SMB3_00
  server signing = mandatory
  server smb encrypt = required
  map to guest = never
  restrict anonymous = 2
  dns proxy = no
  load printers = no
  printing = bsd
  printcap name = /dev/null
  disable spoolss = yes
  unix charset = UTF-8
  private dir = {place}/private
  lock directory = {place}/lock
  state directory = {place}/state
  cache directory = {place}/cache
  pid directory = {place}/pid
  ncalrpc dir = {place}/ncalrpc
  usershare path =
  log file = {place}/log/smbd
  max log size = 1000
  passdb backend = tdbsam:{place}/private/passdb.tdb
[{share}]
  path = {place}/share
  read only = no
  valid users = {user}
  # The folder above may be closed to everybody but us; who may log on is settled before this.
  force user = root
  strict sync = yes
  create mask = 0600
  directory mask = 0700
  oplocks = no
"""


class SmbdError(ServerError):
    """smbd or its account tool did not do what it should."""


class Smbd(Server):
    """A share on given addresses. Needs root and the packages samba and libnss-wrapper.

    `place` is an empty or missing folder for everything of this server.
    """

    name = "smbd"
    error = SmbdError

    def __init__(
        self,
        place: Path,
        *,
        user: str,
        password: str,
        addresses: tuple[str, ...] = ("127.0.0.1",),
        port: int = _PORT,
        namespace: str | None = None,
        share: str = "receipt",
        folders: tuple[str, ...] = ("claims", "returns"),
    ) -> None:
        super().__init__(place, addresses=addresses, port=port, namespace=namespace)
        self.user = user
        self.share_name = share
        self._password = password
        self._folders = folders

    def set_password(self, password: str) -> None:
        """Give the user another password, as a person at the terminal would."""
        self._password = password
        self._tool("pdbedit", "-a", "-t", "-u", self.user, stdin=f"{password}\n{password}\n")

    @property
    def _config(self) -> Path:
        return self.place / "smb.conf"

    def prepare(self) -> None:
        """Write the configuration and the accounts."""
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc", "log", "share"):
            (self.place / name).mkdir(parents=True, exist_ok=True)
        for name in self._folders:
            (self.share / name).mkdir(exist_ok=True)
        accounts = {"root": 0, "nobody": 65_534, self.user: USER_ID}
        lines = [f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n" for name, number in accounts.items()]
        (self.place / "passwd").write_text("".join(lines))
        (self.place / "group").write_text("".join(f"{name}:x:{number}:\n" for name, number in accounts.items()))
        self._config.write_text(
            _CONFIGURATION.format(
                place=self.place,
                port=self.port,
                addresses=" ".join(self.addresses),
                share=self.share_name,
                user=self.user,
            )
        )
        self.set_password(self._password)

    def command(self) -> list[str]:
        """See Server."""
        return ["smbd", "-s", str(self._config), "--foreground", "--no-process-group"]

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": str(self.place / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.place / "group"),
        }

    def _tool(self, *command: str, stdin: str) -> None:
        """Run one of Samba's tools on our configuration; what is secret goes through its standard input."""
        done = subprocess.run(
            [command[0], "-s", str(self._config), *command[1:]],
            env=self.environment(),
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise SmbdError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
