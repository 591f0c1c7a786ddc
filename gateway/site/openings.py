"""What may be reached, and when: the systems behind the line, updates, hours of access, management, grants."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from gateway.site.layout import Zone
from gateway.site.shapes import TABLE, WORD, Model, exactly_one, word_or_table
from gateway.site.values import Address, DailyHours, Duration, Flag, Network, Ports
from gateway.site.words import DomainName, Slug


class Service(Model):
    """Ports of one protocol, or a protocol without ports."""

    tcp: Ports | None = None
    """A TCP port, or a range such as "8000-8010"."""
    udp: Ports | None = None
    """A UDP port, or a range."""
    esp: Literal[True] | None = None
    """Encrypted packets (RFC 4303); only where a terminal holds its own tunnel."""

    @model_validator(mode="after")
    def _one_protocol(self) -> "Service":
        exactly_one(self, "tcp", "udp", "esp")
        return self


Services = Annotated[tuple[Service, ...], Field(min_length=1)]


class System(Model):
    """The claim system or the qualification system, as the provider gave it under contract."""

    networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    """Where its servers are."""
    services: Services
    """What terminals may open there: HTTPS, its DNS and NTP."""


class UpdateSite(Model):
    """One source of patches or definitions for the terminals (C9, C10, C21)."""

    name: Slug
    """What messages call it."""
    networks: tuple[Network, ...] = ()
    """Where it is."""
    names: tuple[DomainName, ...] = ()
    """Its host names."""
    services: Services
    """What terminals may open there."""
    hours: DailyHours | None = None
    """When they may; always unless written."""
    via: Literal["wan", "tunnel"]
    """The way out."""

    @model_validator(mode="after")
    def _somewhere(self) -> "UpdateSite":
        if not self.networks and not self.names:
            raise PydanticCustomError("nowhere", "names no destination. write networks: or names:")
        return self


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class AccessHours(Model):
    """When sessions from lan to the terminals may start (C14), in local time."""

    hours: DailyHours
    """Daily window; it may pass midnight."""
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = tuple(Day)
    """Days on which the window begins."""


Access = Annotated[
    Annotated[Literal["always"], Tag(WORD)] | Annotated[AccessHours, Tag(TABLE)], Discriminator(word_or_table)
]


class Management(Model):
    """Who looks after the box, and whom the box asks for time and names."""

    from_: Annotated[tuple[Network, ...], Field(min_length=1, alias="from")]
    """Addresses in lan that manage the box."""
    ssh: Flag = False
    """Whether they may open SSH at any time; otherwise by grant."""
    ntp: tuple[Address, ...] = ()
    """Time servers of the box."""
    dns: tuple[Address, ...] = ()
    """Name servers of the box."""
    syslog: tuple[Address, ...] = ()
    """Where the box sends its journal."""


class Grant(Model):
    """A time-limited opening that `claim-gateway grant` may make."""

    to: Zone
    """What it opens: gateway, or a terminal's zone."""
    from_: Annotated[tuple[Network, ...], Field(min_length=1, alias="from")]
    """Addresses in lan that may use it."""
    services: Services
    """What they may open."""
    at_most: Duration
    """The longest it may stay open."""
