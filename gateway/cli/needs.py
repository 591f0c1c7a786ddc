"""`claim-gateway needs`: what a box of this site needs beside the program: packages, units, and the files it names. For Ansible."""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from gateway.cli.command import Command, Exit
from gateway.cli.declared_rules import inspected
from gateway.policy.places import holds_tunnel
from gateway.release import packages
from gateway.site.errors import Mistake, SiteFileError
from gateway.site.load import LocatedSite
from gateway.site.model import Person, Relay, Site
from gateway.site.zones import Pppoe, Segment

FOLDER = PurePosixPath("/etc/claim-gateway")
CREDENTIALS = "credentials"
"""Root's alone, 0700: what lies there the relay gets from systemd, and the enforcer reads as root."""
SECRET, PUBLIC = "0600", "0644"
ENFORCER = "claim-gateway-enforcer.service"
RELAY, SHARE = "claim-gateway-relay.service", "claim-gateway-share.service"
RESOLVER, CHARON = "claim-gateway-resolver.service", "strongswan.service"
JOURNAL_COPY = "claim-gateway-journal-copy.service"
DIAL = "claim-gateway-dial@wan.service"
ALWAYS = (
    "claim-gateway-guard.service",
    "claim-gateway.target",
    ENFORCER,
    "claim-gateway-status.timer",
)
SOMETIMES = (RELAY, SHARE, RESOLVER, JOURNAL_COPY)


@dataclass(frozen=True, slots=True)
class File:
    """A file the site names, which somebody has to bring: where on the box it belongs, and who must hear of a new one."""

    key: str
    """Where the site file names it, as in relay.terminal.smb.password_file."""
    named: str
    at: str
    mode: str
    reader: str | None
    """The unit that reads it only when it starts; None if it is read each time."""


def files(site: Site) -> tuple[File, ...]:
    """Every file the site names, in its own order."""
    return tuple(_files(site))


def _files(site: Site) -> Iterator[File]:
    if (account := _dialled(site)) is not None:
        named = account.password_file
        yield File("zones.wan.uplink.pppoe.password_file", named, _as_named(named), SECRET, DIAL)
    if site.relay is not None:
        yield from _of_terminal(site.relay)
        yield from _of_people(site.relay.drop.people)
    if holds_tunnel(site) and site.tunnel is not None and site.tunnel.ike is not None:
        for name, mode in (("certificate", PUBLIC), ("key_file", SECRET), ("ca", PUBLIC), ("psk_file", SECRET)):
            if (named := getattr(site.tunnel.ike, name)) is not None:
                yield File(f"tunnel.ike.{name}", named, _as_named(named), mode, ENFORCER)


def _dialled(site: Site) -> Pppoe | None:
    return site.zones.wan.uplink.pppoe if site.zones.wan is not None else None


def _of_terminal(relay: Relay) -> Iterator[File]:
    for kind, folder in (("smb", relay.terminal.smb), ("sftp", relay.terminal.sftp)):
        for name in ("password_file", "key_file"):
            if (named := getattr(folder, name, None)) is not None:
                at = str(FOLDER / CREDENTIALS / "terminal")  # LoadCredential= of the relay's unit
                yield File(f"relay.terminal.{kind}.{name}", named, at, SECRET, RELAY)


def _of_people(people: Iterable[Person]) -> Iterator[File]:
    for index, person in enumerate(people):
        key = f"relay.drop.people.{index}"
        if person.sftp_key_file is not None:
            yield File(f"{key}.sftp_key_file", person.sftp_key_file, _as_named(person.sftp_key_file), PUBLIC, None)
        if person.smb_password_file is not None:
            at = str(FOLDER / CREDENTIALS / "people" / PurePosixPath(person.smb_password_file).name)
            yield File(f"{key}.smb_password_file", person.smb_password_file, at, SECRET, SHARE)  # LoadCredential=


def _as_named(named: str) -> str:
    return str(FOLDER / named)


def debian(site: Site) -> tuple[str, ...]:
    """Debian's packages, sorted."""
    serve = {what for zone in (site.zones.claim, site.zones.qualification) if zone is not None for what in zone.serve}
    return tuple(
        sorted(
            {
                *packages.ALWAYS,
                *(packages.TUNNEL if holds_tunnel(site) else ()),
                *(packages.DIAL_UP if _dialled(site) is not None else ()),
                *(packages.SHARE if _shares(site) else ()),
                *(packages.NAMES_AND_LEASES if serve - {Segment.NTP} else ()),
                *(packages.TIME if Segment.NTP in serve else ()),
                *(packages.JOURNAL_COPY if _copies(site) else ()),
                *(packages.ANTIVIRUS if site.relay is not None and site.relay.antivirus != "none" else ()),
            }
        )
    )


def units(site: Site) -> tuple[str, ...]:
    """What is enabled on a box of this site, in the order it is started."""
    named = any(update.names for update in site.updates)
    wanted = (
        (RELAY, site.relay is not None),
        (SHARE, _shares(site)),
        (RESOLVER, named),
        (JOURNAL_COPY, _copies(site)),
    )
    return (*ALWAYS, *((CHARON,) if holds_tunnel(site) else ()), *(unit for unit, is_wanted in wanted if is_wanted))


def _shares(site: Site) -> bool:
    return site.relay is not None and site.relay.drop.smb


def _copies(site: Site) -> bool:
    return site.management is not None and bool(site.management.syslog)


def _unreadable(located: LocatedSite) -> Iterator[Mistake]:
    """People's public keys are read by the relay, which cannot look into the folder of credentials; and no two in one place."""
    taken: dict[str, str] = {}
    for file in files(located.site):
        path = tuple(int(step) if step.isdigit() else step for step in file.key.split("."))
        place, line, column = located.place(path).rsplit(":", 2)
        if file.key.endswith("sftp_key_file") and PurePosixPath(file.named).parts[0] == CREDENTIALS:
            text = (
                f"{file.named}: the relay cannot read what is in {CREDENTIALS}/. name it keys/{Path(file.named).name}"
            )
            yield Mistake(place, int(line), int(column), text)
        if taken.setdefault(file.at, file.named) != file.named:
            text = f"{file.named}: would lie where {taken[file.at]} does, at {file.at}. give one another name"
            yield Mistake(place, int(line), int(column), text)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="a site file")
    parser.add_argument(
        "--json", action="store_true", help="print {packages, units, others, files:[{key, named, at, …}]}"
    )


def _run(args: argparse.Namespace) -> int:
    located = inspected(args.site)
    if mistakes := tuple(_unreadable(located)):
        raise SiteFileError(mistakes)
    site = located.site
    if args.json:
        needed = {
            "packages": debian(site),
            "units": units(site),
            "others": [unit for unit in SOMETIMES if unit not in units(site)],
            "files": [asdict(file) for file in files(site)],
        }
        print(json.dumps(needed, ensure_ascii=False))
        return Exit.OK
    words = ("パッケージ", "ユニット") if args.lang == "ja" else ("packages", "units")
    print(f"{words[0]}: {' '.join(debian(site))}")
    print(f"{words[1]}: {' '.join(units(site))}")
    for file in files(site):
        print(f"{file.at}  {file.mode}  {file.key}: {file.named}")
    return Exit.OK


COMMAND = Command(
    name="needs",
    summary="what a box of this site needs beside the program: Debian's packages, units, and the files it names",
    example="claim-gateway needs configs/ip-vpn-claim.yaml",
    arguments=_arguments,
    run=_run,
)
