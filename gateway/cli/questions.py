"""What `init` asks: the few facts a vendor can tell on site, each with a flag, a default and what may be answered.

Answers are kept as the text that was given, in the form their question's `read` accepts. Which questions belong to a site
follows from its layout and roles, so the order matters: nothing is asked before what it depends on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, ip_interface
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gateway.cli.port_form import read_port
from gateway.site.layout import Layout, Line, Role
from gateway.site.values import Address, DailyHours, Interface, IpInterface, Network, Ports
from gateway.site.words import InstitutionCode, Label, Phone, Prefecture, shown

Answers = Mapping[str, str]
UPLINKS = ("static", "dhcp", "ra", "pd")
YES_NO = ("yes", "no")
_HOST_NUMBERS = {"receipt-pc": (21, 0x21), "terminal": (10, 0x10), "next-hop": (1, 1)}
"""Where such a host usually is in its network, IPv4 and IPv6; the samples do the same."""


@dataclass(frozen=True, slots=True)
class Question:
    """One fact. `read` raises ValueError, in one line that says what to write, for an answer that cannot be meant."""

    name: str
    en: str
    ja: str
    read: Callable[[str], object]
    default: Callable[[Answers], str]
    belongs: Callable[[Answers], bool] = lambda _: True

    @property
    def flag(self) -> str:
        """The flag that answers it."""
        return f"--{self.name}"


def layout_of(answers: Answers) -> Layout:
    """The layout that was answered."""
    return Layout(answers["layout"])


def roles_of(answers: Answers) -> tuple[Role, ...]:
    """The roles that were answered, in the order they were given."""
    return tuple(Role(word) for word in listed(answers["roles"]))


def listed(text: str) -> tuple[str, ...]:
    """The items of an answer that is a list: separated by commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def each(read: Callable[[str], object]) -> Callable[[str], object]:
    """A list of at least one item, each of which `read` accepts."""

    def read_list(text: str) -> object:
        items = listed(text)
        if not items:
            raise ValueError("names nothing. write at least one, separated by commas")
        return tuple(read(item) for item in items)

    return read_list


def typed(kind: Any) -> Callable[[Any], object]:
    """One value of a site file's own type: the same rules, the same words."""
    adapter = TypeAdapter(kind)

    def read(text: Any) -> object:
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            raise ValueError(error.errors(include_url=False)[0]["msg"]) from None

    return read


def one_of(choices: tuple[str, ...]) -> Callable[[str], object]:
    """One of a few words."""

    def read(text: str) -> object:
        if text not in choices:
            raise ValueError(f"{shown(text)} is not known here. write one of {', '.join(choices)}")
        return text

    return read


def read_service(text: str) -> tuple[str, object]:
    """`tcp 443` or `udp 8000-8010`."""
    protocol, _, port = text.partition(" ")
    if protocol not in ("tcp", "udp"):
        raise ValueError(f"{shown(text)} is not a service. write it as tcp 443 or udp 123")
    return protocol, typed(Ports)(int(port) if port.isascii() and port.isdecimal() else port)


def _read_roles(text: str) -> object:
    roles = listed(text)
    if not roles or len(set(roles)) < len(roles) or not set(roles) <= set(Role):
        raise ValueError(f"{shown(text)} is not a box's role. write a, b or a,b")
    return roles


def _read_access(text: str) -> object:
    return text if text == "always" else typed(DailyHours)(text)


def _always(text: str) -> Callable[[Answers], str]:
    return lambda _: text


def _neighbour(kind: str, addresses: str) -> Callable[[Answers], str]:
    """A host in each network of an answered list of addresses that is not the box's own."""

    def default(answers: Answers) -> str:
        interfaces = (ip_interface(text) for text in listed(answers[addresses]))
        return ", ".join(_host_beside(interface, *_HOST_NUMBERS[kind]) for interface in interfaces)

    return default


def _host_beside(interface: IpInterface, number4: int, number6: int) -> str:
    network = interface.network
    usual = number4 if isinstance(interface, IPv4Interface) else number6
    numbers = (usual, *range(1, 4))
    last = network.num_addresses - (1 if network.version == 4 and network.num_addresses > 2 else 0)
    free = (network[number] for number in numbers if number < last and network[number] != interface.ip)
    return str(next(free, network[0]))


def _system(ipv4: str, ipv6: str) -> Callable[[Answers], str]:
    """Documentation networks, in the families the line has; what the provider really gave is for the vendor to write."""

    def default(answers: Answers) -> str:
        versions = {ip_interface(text).version for text in listed(answers.get("wan-address", ""))} or {4}
        return ", ".join(text for version, text in ((4, ipv4), (6, ipv6)) if version in versions)

    return default


def _claim_system(answers: Answers) -> str:
    if layout_of(answers).line is Line.IPSEC_CLIENT:
        return _system("192.0.2.10", "2001:db8:9::10")(answers)
    return _system("203.0.113.0/25" if _qualifies(answers) else "203.0.113.0/24", "2001:db8:c::/48")(answers)


def _qualification_system(answers: Answers) -> str:
    if layout_of(answers).line is Line.IPSEC_CLIENT:
        return _system("192.0.2.20", "2001:db8:9::20")(answers)
    return _system("203.0.113.128/25", "2001:db8:d::/48")(answers)


def _provider(answers: Answers) -> str:
    return listed(_system("192.0.2.10", "2001:db8:9::10")(answers))[0]


def _has_lan(answers: Answers) -> bool:
    return Role.A in roles_of(answers)


def _has_line(answers: Answers) -> bool:
    return Role.B in roles_of(answers)


def _has_qualification(answers: Answers) -> bool:
    return layout_of(answers).has_qualification_zone


def _qualifies(answers: Answers) -> bool:
    return layout_of(answers).combined or layout_of(answers).has_qualification_zone


def _is_static(answers: Answers) -> bool:
    return _has_line(answers) and answers["uplink"] == "static"


def holds_tunnel(answers: Answers) -> bool:
    """Whether the tunnel is to end at this box."""
    return layout_of(answers).line is Line.IPSEC_ROUTER and _has_line(answers)


def _names_services(answers: Answers) -> bool:
    return _has_line(answers) and layout_of(answers).line is not Line.IPSEC_CLIENT


def _may_have_hours(answers: Answers) -> bool:
    return _has_lan(answers) and not layout_of(answers).combined


QUESTIONS = (
    Question(
        "layout",
        f"layout: {', '.join(Layout)}",
        f"構成例: {', '.join(Layout)}",
        one_of(tuple(Layout)),
        _always(Layout.IP_VPN_CLAIM),
    ),
    Question(
        "roles",
        "router A (lan side), B (line side), or both: a, b",
        "役割 a（LAN側）b（回線側）",
        _read_roles,
        _always("a,b"),
    ),
    Question("name", "institution's name", "医療機関・薬局の名称", typed(Label), _always("若葉クリニック")),
    Question("prefecture", "prefecture's number", "都道府県番号", typed(Prefecture), _always("13")),
    Question("code", "institution code, 7 digits", "医療機関コード（7桁）", typed(InstitutionCode), _always("0000000")),
    Question(
        "system-manager", "claim system manager (C26)", "オンライン請求システム管理者", typed(Label), _always("院長室")
    ),
    Question("system-manager-phone", "phone", "電話番号", typed(Phone), _always("03-0000-0000")),
    Question("vendor", "who looks after this box", "保守業者", typed(Label), _always("保守窓口")),
    Question("vendor-phone", "phone", "電話番号", typed(Phone), _always("03-0000-0001")),
    Question("lan-port", "port towards lan", "LAN側のポート", read_port, _always("eth1"), _has_lan),
    Question(
        "lan-address",
        "the box's addresses in lan",
        "LAN側の本装置アドレス",
        each(typed(Interface)),
        _always("192.168.10.1/24"),
        _has_lan,
    ),
    Question(
        "receipt-pc",
        "receipt PCs: addresses or prefixes",
        "レセコンのアドレス",
        each(typed(Network)),
        _neighbour("receipt-pc", "lan-address"),
        _has_lan,
    ),
    Question(
        "claim-port",
        "port towards the claim (or combined) terminal",
        "請求端末（兼用端末）側のポート",
        read_port,
        _always("eth2"),
    ),
    Question(
        "claim-address",
        "the box's addresses there",
        "その側の本装置アドレス",
        each(typed(Interface)),
        _always("192.168.20.1/24"),
    ),
    Question(
        "claim-terminal",
        "the terminal's addresses",
        "端末のアドレス",
        each(typed(Address)),
        _neighbour("terminal", "claim-address"),
    ),
    Question(
        "qualification-port",
        "port towards the qualification terminal",
        "資格確認端末側のポート",
        read_port,
        _always("eth3"),
        _has_qualification,
    ),
    Question(
        "qualification-address",
        "the box's addresses there",
        "その側の本装置アドレス",
        each(typed(Interface)),
        _always("192.168.30.1/24"),
        _has_qualification,
    ),
    Question(
        "qualification-terminal",
        "the terminal's addresses",
        "端末のアドレス",
        each(typed(Address)),
        _neighbour("terminal", "qualification-address"),
        _has_qualification,
    ),
    Question("wan-port", "port towards the line", "回線側のポート", read_port, _always("eth0"), _has_line),
    Question(
        "uplink",
        f"how the line gives addresses: {', '.join(UPLINKS)}",
        f"回線のアドレス取得方法（{', '.join(UPLINKS)}）",
        one_of(UPLINKS),
        _always("static"),
        _has_line,
    ),
    Question(
        "wan-address",
        "the box's addresses on the line",
        "回線側の本装置アドレス",
        each(typed(Interface)),
        _always("198.51.100.2/30"),
        _is_static,
    ),
    Question(
        "next-hop",
        "the provider's router, one for each family",
        "事業者のルーター",
        each(typed(Address)),
        _neighbour("next-hop", "wan-address"),
        _is_static,
    ),
    Question(
        "claim-system",
        "claim system's networks (ipsec-client: the provider's gateway)",
        "請求システムのネットワーク（ipsec-clientでは接続点）",
        each(typed(Network)),
        _claim_system,
        _has_line,
    ),
    Question(
        "qualification-system",
        "qualification system's networks (ipsec-client: the provider's gateway)",
        "資格確認システムのネットワーク（ipsec-clientでは接続点）",
        each(typed(Network)),
        _qualification_system,
        lambda a: _has_line(a) and _qualifies(a),
    ),
    Question(
        "services",
        "what terminals open there",
        "端末が使うサービス",
        each(read_service),
        _always("tcp 443, tcp 53, udp 53, udp 123"),
        _names_services,
    ),
    Question("provider", "provider's tunnel gateway", "トンネルの接続先", typed(Address), _provider, holds_tunnel),
    Question(
        "provider-id",
        "the identity it proves",
        "接続先の識別名",
        typed(Label),
        _always("gw.provider.example"),
        holds_tunnel,
    ),
    Question(
        "tunnel-auth",
        "how the two ends know each other: certificate, psk",
        "認証方式（certificate, psk）",
        one_of(("certificate", "psk")),
        _always("certificate"),
        holds_tunnel,
    ),
    Question(
        "access",
        "when lan may open the terminal's share: always, or hours such as 18:30-21:00",
        "LANから端末を開ける時間（always または 18:30-21:00）",
        _read_access,
        _always("always"),
        _may_have_hours,
    ),
    Question(
        "relay",
        "does the box carry the files itself (relay)? yes, no",
        "装置がファイルを運ぶか（yes, no）",
        one_of(YES_NO),
        _always("yes"),
        _has_lan,
    ),
)
