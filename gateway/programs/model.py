"""What the programs of a site are to read, as values. Pure."""

from dataclasses import dataclass
from hashlib import sha256

from gateway.site.layout import Zone

MADE_HERE = "# Made by claim-gateway from the site file. What is changed here is put back."


@dataclass(frozen=True, slots=True)
class File:
    """A configuration file by its name in the folder of its program. Nothing in it is secret: the programs' users read it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Service:
    """A unit of systemd and the one file it reads. `check` is the command that says whether the file is good."""

    file: File
    check: tuple[str, ...]

    @property
    def unit(self) -> str:
        """Its unit."""
        return unit_of(self.file.name)

    @property
    def digest(self) -> str:
        """What it was started with is known by this."""
        return sha256(self.file.text.encode()).hexdigest()


def service_file(kind: str, zone: Zone, text: str) -> File:
    """The file of one kind of service in one segment."""
    return File(f"{kind}-{zone}.conf", text)


def unit_of(file_name: str) -> str:
    """The unit (systemd/claim-gateway-KIND@.service) that reads the file of that name."""
    kind, _, zone = file_name.removesuffix(".conf").partition("-")
    return f"claim-gateway-{kind}@{zone}.service"


@dataclass(frozen=True, slots=True)
class Programs:
    """`network` is for systemd-networkd; empty: it has nothing to do on this box."""

    network: tuple[File, ...] = ()
    services: tuple[Service, ...] = ()


NOTHING = Programs()
"""What a site of declared addresses needs that serves nothing."""


def lines(*groups: tuple[str, ...]) -> str:
    """A file of these lines, in paragraphs, under a word of who made it."""
    return "\n\n".join((MADE_HERE, *("\n".join(group) for group in groups if group))) + "\n"
