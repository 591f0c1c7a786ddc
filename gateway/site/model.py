"""What the vendor declares: the site file as frozen values. Shapes only; what must fit together stands in `rules/`."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from gateway.site.layout import Layout, Role, Zone
from gateway.site.values import (
    Address,
    CalendarDate,
    DailyHours,
    Duration,
    FileName,
    Flag,
    Interface,
    InterfaceName,
    IpAddress,
    IpNetwork,
    MacAddress,
    Network,
    Ports,
)
from gateway.site.words import (
    Account,
    DomainName,
    Folder,
    InstitutionCode,
    Label,
    Phone,
    Prefecture,
    ShareName,
    Slug,
    SocketPath,
)

# Which form a value took that may be one word or a table; the names cannot be keys of a site file.
WORD, TABLE = "(word)", "(table)"


class Model(BaseModel):
    """Frozen, and a key nobody declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, use_attribute_docstrings=True)


def _exactly_one(model: Model, *names: str) -> None:
    given = [name for name in names if getattr(model, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise PydanticCustomError(
            "exactly_one", "{text}", {"text": f"has {found}. write exactly one of {', '.join(names)}"}
        )


def _word_or_table(value: Any) -> str:
    return WORD if isinstance(value, str) else TABLE


class Institution(Model):
    name: Label
    prefecture: Prefecture
    """Two digits, 01 to 47."""
    institution_code: InstitutionCode
    """Seven digits, as in field 4 of the claim file's IR record."""


class Contact(Model):
    name: Label
    phone: Phone


class Responsible(Model):
    """The people of C26; printed in notes, status and report."""

    system_manager: Contact
    vendor: Contact


class Port(Model):
    """A network port by name or MAC address, optionally one VLAN (1–4094, IEEE 802.1Q) on it."""

    port: InterfaceName | None = None
    mac: MacAddress | None = None
    vlan: Annotated[int, Field(ge=1, le=4094, strict=True)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"port": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "Port":
        _exactly_one(self, "port", "mac")
        return self

    def __str__(self) -> str:
        name = self.port or self.mac or ""
        return name if self.vlan is None else f"{name}.{self.vlan}"


class ReceiptPc(Model):
    name: Label
    address: Annotated[Network, Field(description="one address or a prefix")]
    address6: Network | None = None

    @property
    def networks(self) -> tuple[IpNetwork, ...]:
        """Every address of this PC, as networks."""
        return tuple(network for network in (self.address, self.address6) if network is not None)


class Use(StrEnum):
    CLAIM = "claim"
    QUALIFICATION = "qualification"


class Terminal(Model):
    name: Label
    address: Address
    address6: Address | None = None
    uses: Annotated[tuple[Use, ...], Field(min_length=1)] = (Use.CLAIM,)
    dual_homed: Flag = False
    asleep_is_normal: Flag = False

    @property
    def addresses(self) -> tuple[IpAddress, ...]:
        """Every address of this terminal."""
        return tuple(address for address in (self.address, self.address6) if address is not None)


class LanZone(Model):
    port: Port
    addresses: Annotated[tuple[Interface, ...], Field(min_length=1)]
    receipt_pcs: Annotated[tuple[ReceiptPc, ...], Field(min_length=1)]
    translate_to_terminals: Flag = False


class Segment(StrEnum):
    """Services the box may offer to a terminal segment."""

    DHCP = "dhcp"
    RA = "ra"
    DNS = "dns"
    NTP = "ntp"


class TerminalZone(Model):
    port: Port
    addresses: Annotated[tuple[Interface, ...], Field(min_length=1)]
    serve: tuple[Segment, ...] = ()
    terminals: Annotated[tuple[Terminal, ...], Field(min_length=1)]


class StaticUplink(Model):
    addresses: Annotated[tuple[Interface, ...], Field(min_length=1)]
    next_hop: Annotated[tuple[Address, ...], Field(min_length=1)]


class Pppoe(Model):
    user: Label
    password_file: FileName


class PrefixDelegation(Model):
    prefix_length: Annotated[int, Field(ge=48, le=64, strict=True)] = 56


class Dynamic(Model):
    """An uplink that needs no setting."""


def _bare_word(value: Any) -> Any:
    return {value: {}} if isinstance(value, str) else value


class Uplink(Model):
    static: StaticUplink | None = None
    dhcp: Dynamic | None = None
    ra: Dynamic | None = None
    pd: PrefixDelegation | None = None
    pppoe: Pppoe | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Uplink":
        _exactly_one(self, "static", "dhcp", "ra", "pd", "pppoe")
        return self


class Translate(Model):
    ipv4: Literal["masquerade", "none"] = "none"


class WanZone(Model):
    port: Port
    uplink: Annotated[Uplink, BeforeValidator(_bare_word)]
    translate: Translate = Translate()

    @property
    def addresses(self) -> tuple[Interface, ...]:
        """The box's own addresses on the line, as far as the site file knows them."""
        return self.uplink.static.addresses if self.uplink.static else ()


class Zones(Model):
    lan: LanZone | None = None
    claim: TerminalZone | None = None
    qualification: TerminalZone | None = None
    wan: WanZone | None = None


class Service(Model):
    tcp: Ports | None = None
    udp: Ports | None = None

    @model_validator(mode="after")
    def _one_protocol(self) -> "Service":
        _exactly_one(self, "tcp", "udp")
        return self


Services = Annotated[tuple[Service, ...], Field(min_length=1)]


class System(Model):
    """The claim system or the qualification system, as the provider gave it under contract."""

    networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    services: Services


class UpdateSite(Model):
    name: Slug
    networks: tuple[Network, ...] = ()
    names: tuple[DomainName, ...] = ()
    services: Services
    hours: DailyHours | None = None
    via: Literal["wan", "tunnel"]

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
    hours: DailyHours
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = tuple(Day)


Access = Annotated[
    Annotated[Literal["always"], Tag(WORD)] | Annotated[AccessHours, Tag(TABLE)], Discriminator(_word_or_table)
]


class Management(Model):
    from_: Annotated[tuple[Network, ...], Field(min_length=1, alias="from")]
    ssh: Flag = False
    ntp: tuple[Address, ...] = ()
    dns: tuple[Address, ...] = ()
    syslog: tuple[Address, ...] = ()


class Grant(Model):
    to: Zone
    from_: Annotated[tuple[Network, ...], Field(min_length=1, alias="from")]
    services: Services
    at_most: Duration


class SftpDrop(Model):
    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] = 2222


class Person(Model):
    name: Label
    sftp_key_file: FileName | None = None
    may_release: Flag = False


class Drop(Model):
    smb: Flag = False
    sftp: SftpDrop | None = None
    people: tuple[Person, ...] = ()


class SmbShare(Model):
    server: Address
    user: Account
    password_file: FileName
    share: ShareName = "receipt"


class TerminalShare(Model):
    smb: SmbShare
    claims: Folder = "claims"
    returns: Folder = "returns"


class Returns(Model):
    patterns: Annotated[tuple[Label, ...], Field(min_length=1)] = ("*.HEN", "*.SAH", "*.csv", "*.pdf")
    after: Literal["move", "leave", "remove"] = "move"


class Clamd(Model):
    clamd: SocketPath


Antivirus = Annotated[
    Annotated[Literal["none"], Tag(WORD)] | Annotated[Clamd, Tag(TABLE)], Discriminator(_word_or_table)
]


class Retention(Model):
    spool: Duration = Field(default="14d", validate_default=True)
    delivered: Duration = Field(default="93d", validate_default=True)
    ledger: Duration = Field(default="5y", validate_default=True)


class Relay(Model):
    drop: Drop = Drop()
    terminal: TerminalShare
    returns: Returns = Returns()
    antivirus: Antivirus = "none"
    retention: Retention = Field(default_factory=Retention)


class Certificate(Model):
    terminal: Label
    expires: CalendarDate


class Ike(Model):
    version: Literal[1, 2] = 2
    auth: Literal["certificate", "psk"]
    certificate: FileName | None = None
    key_file: FileName | None = None
    ca: FileName | None = None
    psk_file: FileName | None = None
    proposals: Annotated[tuple[Label, ...], Field(min_length=1)]


class Esp(Model):
    proposals: Annotated[tuple[Label, ...], Field(min_length=1)]


class Provider(Model):
    address: Address
    id: Label
    remote_networks: Annotated[tuple[Network, ...], Field(min_length=1)]


class Tunnel(Model):
    held_by: Literal["gateway", "upstream"] = "gateway"
    provider: Provider | None = None
    ike: Ike | None = None
    esp: Esp | None = None


class Site(Model):
    """One clinic, hospital or pharmacy, whole. Two sites that compare equal make the same box."""

    site: Institution
    responsible: Responsible
    layout: Layout
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=2)] = (Role.A, Role.B)
    zones: Zones
    claim_system: System | None = None
    qualification_system: System | None = None
    lan_to_terminal: Literal["shared-folder", "none"] = "shared-folder"
    lan_internet: Flag = False
    pppoe_passthrough: Flag = False
    updates: tuple[UpdateSite, ...] = ()
    access: Access = "always"
    management: Management | None = None
    grants: dict[Slug, Grant] = {}
    relay: Relay | None = None
    certificates: tuple[Certificate, ...] = ()
    tunnel: Tunnel | None = None
