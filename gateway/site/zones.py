"""The zones of a site: what stands behind each port of the box."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from gateway.site.shapes import Model, exactly_one, refused_choice
from gateway.site.values import (
    Address,
    Family,
    FileName,
    Flag,
    Interface,
    InterfaceName,
    IpAddress,
    IpNetwork,
    MacAddress,
    Network,
)
from gateway.site.words import Label


class Port(Model):
    """A network port by name or MAC address, optionally one VLAN on it."""

    port: InterfaceName | None = None
    """The kernel's name of the port."""
    mac: MacAddress | None = None
    """The port's MAC address, where names may change."""
    vlan: Annotated[int, Field(ge=1, le=4094, strict=True)] | None = None
    """VLAN number, 1 to 4094 (IEEE 802.1Q)."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"port": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "Port":
        exactly_one(self, "port", "mac")
        return self

    @property
    def card(self) -> str:
        """The card itself, whichever of its VLANs is meant."""
        return self.port or self.mac or ""

    def __str__(self) -> str:
        return self.card if self.vlan is None else f"{self.card}.{self.vlan}"


class ReceiptPc(Model):
    """A receipt PC, or a prefix full of them."""

    name: Label
    """What people call it."""
    address: Network
    """One address, or a prefix."""
    address6: Network | None = None
    """The same in IPv6, beside an IPv4 address."""

    @property
    def networks(self) -> tuple[IpNetwork, ...]:
        """Every address of this PC, as networks."""
        return tuple(network for network in (self.address, self.address6) if network is not None)


class Use(StrEnum):
    CLAIM = "claim"
    QUALIFICATION = "qualification"


class Terminal(Model):
    """A PC that faces the closed network."""

    name: Label
    """What people call it; certificates refer to it."""
    address: Address
    """Its address in the zone."""
    address6: Address | None = None
    """Its IPv6 address, beside an IPv4 one."""
    mac: MacAddress | None = None
    """The MAC address of its network card: the box's DHCP then gives `address` to this card alone."""
    uses: Annotated[tuple[Use, ...], Field(min_length=1)] = (Use.CLAIM,)
    """What it does; both only in a combined layout."""
    dual_homed: Flag = False
    """Whether it has a network card of its own towards the line (C8): that side is outside this box."""
    asleep_is_normal: Flag = False
    """Whether it is switched off at night, so that silence is no fault."""

    @property
    def addresses(self) -> tuple[IpAddress, ...]:
        """Every address of this terminal."""
        return tuple(address for address in (self.address, self.address6) if address is not None)


class LanZone(Model):
    """Where the receipt PCs are."""

    port: Port
    """The port behind which the zone lies."""
    addresses: Annotated[tuple[Interface, ...], Field(min_length=1)]
    """The box's own addresses here, with their prefix lengths."""
    receipt_pcs: Annotated[tuple[ReceiptPc, ...], Field(min_length=1)]
    """The computers that make claims."""
    translate_to_terminals: Flag = False
    """Whether terminals see the gateway's address instead of the receipt PC's; then they need no route back."""


class Segment(StrEnum):
    """Services the box may offer to a terminal segment."""

    DHCP = "dhcp"
    RA = "ra"
    DNS = "dns"
    NTP = "ntp"


class TerminalZone(Model):
    """Where the terminals of one system are."""

    port: Port
    """The port behind which the zone lies."""
    addresses: Annotated[tuple[Interface, ...], Field(min_length=1)]
    """The box's own addresses here, with their prefix lengths."""
    ipv6: Literal["delegated"] | None = None
    """`delegated`: a /64 of the prefix the line delegates (`uplink: pd`), whatever it is at the moment."""
    serve: tuple[Segment, ...] = ()
    """What the box serves to the terminals; nothing unless listed."""
    terminals: Annotated[tuple[Terminal, ...], Field(min_length=1)]
    """The terminals."""


class StaticUplink(Model):
    """An uplink whose addresses never change."""

    addresses: Annotated[tuple[Interface, ...], Field(min_length=1)]
    """The box's own addresses on the line, with their prefix lengths."""
    next_hop: Annotated[tuple[Address, ...], Field(min_length=1)]
    """The provider's router, one for each family."""


class Pppoe(Model):
    """Dial-up over Ethernet (RFC 2516)."""

    user: Label
    """The account the provider gave."""
    password_file: FileName
    """The file that holds its password."""
    mtu: Annotated[int, Field(ge=1280, le=1492, strict=True)] = 1454
    """The largest packet the line carries, bytes: RFC 2516 has room for 1492, big carriers' access networks for 1454."""


class PrefixDelegation(Model):
    """An IPv6 prefix by DHCPv6 (RFC 8415)."""

    prefix_length: Annotated[int, Field(ge=48, le=64, strict=True)] = 56
    """Length of the prefix to ask for; carriers with ひかり電話 delegate a /56."""


class Dynamic(Model):
    """An uplink that needs no setting."""


def _bare_word(value: Any) -> Any:
    return {value: {}} if isinstance(value, str) else value


class Uplink(Model):
    """How the box gets its addresses on the line: one way for each family, and at least one."""

    static: StaticUplink | None = None
    """Addresses the provider assigned, of the families they are of."""
    dhcp: Dynamic | None = None
    """IPv4 by DHCP."""
    ra: Dynamic | None = None
    """IPv6 by router advertisement."""
    pd: PrefixDelegation | None = None
    """IPv6 with a prefix of the institution's own, by DHCPv6."""
    pppoe: Pppoe | None = None
    """IPv4 by dial-up over Ethernet."""

    @model_validator(mode="after")
    def _one_way_for_each_family(self) -> "Uplink":
        if not self.ways(4) and not self.ways(6):
            raise refused_choice("has none of them. write static, dhcp, ra, pd or pppoe")
        for family in (4, 6):
            ways = self.ways(family)
            if len(ways) > 1:
                raise refused_choice(f"has {' and '.join(ways)} for IPv{family}. keep one for each family")
        return self

    def ways(self, family: Family) -> tuple[str, ...]:
        """The keys that give addresses of `family`; one at most in a site that was read."""
        static = self.static is not None and any(one.version == family for one in self.static.addresses)
        others = {"dhcp": self.dhcp, "pppoe": self.pppoe} if family == 4 else {"ra": self.ra, "pd": self.pd}
        return (*(("static",) if static else ()), *(key for key, value in others.items() if value is not None))

    @property
    def assigned(self) -> tuple[Family, ...]:
        """The families whose addresses the line assigns; nobody knows them before it has."""
        families: tuple[Family, ...] = (4, 6)
        return tuple(family for family in families if self.ways(family) not in ((), ("static",)))


class Translate(Model):
    """Source translation towards the line. IPv6 is never translated."""

    ipv4: Literal["masquerade", "none"] = "none"
    """Whether IPv4 leaves under the box's own address; carriers do not route a clinic's private addresses."""


class WanZone(Model):
    """The line towards the closed network."""

    port: Port
    """The port of the line."""
    uplink: Annotated[Uplink, BeforeValidator(_bare_word)]
    """How the box gets its addresses here."""
    translate: Translate = Translate()
    """Source translation."""

    @property
    def addresses(self) -> tuple[Interface, ...]:
        """The box's own addresses on the line, as far as the site file knows them."""
        return self.uplink.static.addresses if self.uplink.static else ()


class Zones(Model):
    """Which zones there must be follows from the layout and the roles."""

    lan: LanZone | None = None
    """The receipt PCs' segment; with role a."""
    claim: TerminalZone | None = None
    """The claim terminal's segment, or the combined terminal's; always."""
    qualification: TerminalZone | None = None
    """The qualification terminal's own segment; in claim+qualification layouts."""
    wan: WanZone | None = None
    """The line; with role b."""
