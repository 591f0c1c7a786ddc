"""What the site file says of the share, and what a change of it asks for. Pure but for reading the passwords."""

from dataclasses import dataclass
from pathlib import Path

from gateway.relay.credentials import read_password
from gateway.relay.errors import RelayRefused
from gateway.relay.windows_share.members import Member, members
from gateway.site.exchange import Drop
from gateway.site.model import Site
from gateway.site.zones import LanZone

PASSWORD_LEAST_CHARS = 12
"""Who records one logon can try passwords for it at leisure (NTLMv2, MS-NLMP 3.3.2): short ones do not stand that."""
PASSWORDS = "people"
"""The credential of systemd/claim-gateway-share.service: a folder, whose file NAME arrives as people_NAME (systemd.exec(5))."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The drop and the LAN of one site file."""

    drop: Drop
    lan: LanZone

    @property
    def people(self) -> tuple[Member, ...]:
        """Everybody who may open the share."""
        return members(self.drop)

    def cuts(self, before: "Declared") -> bool:
        """Whether somebody has less than `before`, so that sessions of theirs must end; smbd's last as they began."""
        return self.lan != before.lan or not set(before.people) <= set(self.people)


def declared(site: Site) -> Declared:
    """Raises RelayRefused if the site declares no share."""
    if site.relay is None or site.zones.lan is None or not site.relay.drop.smb:
        raise RelayRefused(
            "the site declares no Windows share. add relay.drop.smb: true, or do not start it", wrong_input=True
        )
    return Declared(site.relay.drop, site.zones.lan)


def passwords(people: tuple[Member, ...], site_folder: Path) -> dict[str, str]:
    """Each member's password by what they log on as. Raises RelayRefused, which shows no password."""
    return {one.logon: _password(one, site_folder) for one in people}


def _password(person: Member, site_folder: Path) -> str:
    name = Path(person.password_file).name
    password = read_password(person.password_file, site_folder, credential=f"{PASSWORDS}_{name}")
    if len(password) < PASSWORD_LEAST_CHARS:
        raise RelayRefused(
            f"{site_folder / person.password_file}: has fewer than {PASSWORD_LEAST_CHARS} characters."
            " make one with: openssl rand -base64 15",
            wrong_input=True,
        )
    return password
