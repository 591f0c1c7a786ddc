"""What the vendor declares: the site file as frozen values. Shapes only; what must fit together stands in `rules/`."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.site.exchange import (
    Clamd,
    Drop,
    Inspection,
    Person,
    Relay,
    ResultColumns,
    ResultFile,
    Retention,
    Returns,
    SftpDrop,
)
from gateway.site.ipsec import Esp, Ike, Provider, Tunnel
from gateway.site.layout import Layout, Role
from gateway.site.openings import (
    Access,
    AccessHours,
    Day,
    Grant,
    Management,
    Service,
    Services,
    System,
    UpdateSite,
)
from gateway.site.shapes import Model
from gateway.site.terminal_share import SftpFolder, SmbShare, TerminalShare
from gateway.site.values import CalendarDate, Flag
from gateway.site.words import InstitutionCode, Label, Phone, Prefecture, Slug
from gateway.site.zones import (
    Dynamic,
    LanZone,
    Port,
    Pppoe,
    PrefixDelegation,
    ReceiptPc,
    Segment,
    StaticUplink,
    Terminal,
    TerminalZone,
    Translate,
    Uplink,
    Use,
    WanZone,
    Zones,
)

__all__ = [
    "AccessHours",
    "Certificate",
    "Clamd",
    "Contact",
    "Day",
    "Drop",
    "Dynamic",
    "Esp",
    "Grant",
    "Ike",
    "Inspection",
    "Institution",
    "LanZone",
    "Management",
    "Person",
    "Port",
    "Pppoe",
    "PrefixDelegation",
    "Provider",
    "ReceiptPc",
    "Relay",
    "Responsible",
    "ResultColumns",
    "ResultFile",
    "Retention",
    "Returns",
    "Segment",
    "Service",
    "Services",
    "SftpDrop",
    "SftpFolder",
    "Site",
    "SmbShare",
    "StaticUplink",
    "System",
    "Terminal",
    "TerminalShare",
    "TerminalZone",
    "Translate",
    "Tunnel",
    "UpdateSite",
    "Uplink",
    "Use",
    "WanZone",
    "Zones",
]


class Institution(Model):
    """The clinic, hospital or pharmacy."""

    name: Label
    """Its name."""
    prefecture: Prefecture
    """Two digits in quotes, "01" to "47"."""
    institution_code: InstitutionCode
    """Seven digits in quotes, as in field 4 of the claim file's IR record."""


class Contact(Model):
    """Someone to call."""

    name: Label
    """A person or a desk."""
    phone: Phone
    """Digits and hyphens."""


class Responsible(Model):
    """The people of C26; printed in notes, status and report."""

    system_manager: Contact
    """オンライン請求システム管理者, at the institution."""
    vendor: Contact
    """Who looks after this box."""
    line: Contact | None = None
    """The carrier's fault desk; the vendor where it is not written."""
    payer: Contact | None = None
    """The claim system's help desk; the vendor where it is not written."""


class Certificate(Model):
    """A terminal's electronic certificate (C28); reminders come before it expires."""

    terminal: Label
    """The terminal's name, as in zones."""
    expires: CalendarDate
    """Its last day."""


class Site(Model):
    """One clinic, hospital or pharmacy, whole. Two sites that compare equal make the same box."""

    site: Institution
    """Whose box this is."""
    responsible: Responsible
    """Whom to call."""
    layout: Layout
    """Which of the nine network shapes."""
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=2)] = (Role.A, Role.B)
    """Router A stands between lan and the terminals, router B between the terminals and the line."""
    zones: Zones
    """What stands behind each port of the box."""
    claim_system: System | None = None
    """The claim system; with role b."""
    qualification_system: System | None = None
    """The qualification system; with role b where a terminal is used for it."""
    lan_to_terminal: Literal["shared-folder", "none"] = "shared-folder"
    """Whether receipt PCs may open the claim terminal's shared folder themselves; the relay is independent of this."""
    lan_internet: Flag = False
    """Whether lan may reach the line; only in ipsec layouts, and never the tunnel."""
    pppoe_passthrough: Flag = False
    """Whether a terminal may dial through the box itself; such frames bypass C6."""
    updates: tuple[UpdateSite, ...] = ()
    """Where terminals may fetch patches and definitions; nowhere unless listed (C9, C10, C21)."""
    access: Access = "always"
    """When sessions from lan to the terminals may start (C14)."""
    management: Management | None = None
    """Who looks after the box over the network; nobody unless written."""
    grants: dict[Slug, Grant] = Field(default_factory=dict)
    """Openings that may be made for a limited time."""
    relay: Relay | None = None
    """Whether the box carries files itself, and how."""
    inspection: Inspection = Inspection()
    """How files are looked at on the way."""
    certificates: tuple[Certificate, ...] = ()
    """The terminals' certificates and their last days."""
    tunnel: Tunnel | None = None
    """The IPsec tunnel of the ipsec-router layouts."""
