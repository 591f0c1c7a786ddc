"""Answers → the text of a commented site file. Pure; every answer must have passed its question."""

import json
from collections.abc import Iterator
from ipaddress import ip_network
from itertools import zip_longest

from gateway.cli.port_form import read_port
from gateway.cli.questions import Answers, holds_tunnel, layout_of, listed, read_service, roles_of
from gateway.report.wording import Lang
from gateway.site.layout import Line, Role

_IKE = "{udp: 500}, {udp: 4500}, {esp: true}"  # RFC 7296 §2, RFC 3948, RFC 4303
_UPLINK = {"dhcp": "dhcp", "ra": "ra", "pd": "{pd: {prefix_length: 56}}"}


def draft(answers: Answers, lang: Lang) -> str:
    """The site file's text, ending in a line feed."""
    return "\n".join(_Draft(answers, lang).lines()) + "\n"


class _Draft:
    def __init__(self, answers: Answers, lang: Lang) -> None:
        self._answers, self._lang = answers, lang
        self._layout, self._roles = layout_of(answers), roles_of(answers)
        self._qualification = self._layout.has_qualification_zone

    def lines(self) -> Iterator[str]:
        yield from self._head()
        yield "zones:"
        if Role.A in self._roles:
            yield from self._lan()
        yield from self._terminals("claim")
        if self._qualification:
            yield from self._terminals("qualification")
        if Role.B in self._roles:
            yield from self._wan()
            yield from self._systems()
        if Role.A in self._roles:
            yield from self._exchange()
        if self._layout.line is Line.IPSEC_ROUTER:
            yield from self._tunnel()

    def _say(self, en: str, ja: str) -> str:
        return f"# {ja if self._lang == 'ja' else en}"

    def _head(self) -> Iterator[str]:
        answers = self._answers
        yield self._say(
            "Written by claim-gateway init. Every key: docs/site-file.md. After each change: claim-gateway check",
            "claim-gateway init が作成。各項目は docs/site-file.md、変更したら claim-gateway check で確認",
        )
        yield "site:"
        yield f"  name: {_quoted(answers['name'])}"
        yield f"  prefecture: {_quoted(answers['prefecture'])}"
        yield f"  institution_code: {_quoted(answers['code'])}"
        yield f"responsible:  {self._say('whom to call (C26)', '連絡先（C26）')}"
        for key in ("system-manager", "vendor"):
            name, phone = _quoted(answers[key]), _quoted(answers[f"{key}-phone"])
            yield f"  {key.replace('-', '_')}: {{name: {name}, phone: {phone}}}"
        yield f"layout: {self._layout}"
        comment = self._say("a: lan to terminals, b: terminals to the line", "a: LANと端末の間、b: 端末と回線の間")
        yield f"roles: [{', '.join(self._roles)}]  {comment}"

    def _lan(self) -> Iterator[str]:
        yield "  lan:"
        yield from self._segment("lan")
        yield "    receipt_pcs:"
        yield from _hosts(listed(self._answers["receipt-pc"]), "レセコン")
        comment = self._say(
            "terminals see the box's address and need no route back", "端末には本装置のアドレスが見え、戻りの経路は不要"
        )
        yield f"    translate_to_terminals: true  {comment}"

    def _terminals(self, zone: str) -> Iterator[str]:
        yield f"  {zone}:"
        yield from self._segment(zone)
        yield f"    {self._say('serve: [dhcp, dns, ntp] lets the box give addresses, names and time here', 'serve: [dhcp, dns, ntp] と書くと本装置がアドレス・名前・時刻を配る')}"
        yield "    terminals:"
        if self._layout.combined:
            name, uses = "兼用端末", "claim, qualification"
        else:
            name, uses = ("資格確認端末", zone) if zone == "qualification" else ("請求端末", zone)
        yield from _hosts(listed(self._answers[f"{zone}-terminal"]), name, f", uses: [{uses}]")

    def _segment(self, zone: str) -> Iterator[str]:
        yield f"    port: {_port(self._answers[f'{zone}-port'])}"
        yield f"    addresses: {_flow(listed(self._answers[f'{zone}-address']))}"

    def _wan(self) -> Iterator[str]:
        answers = self._answers
        yield "  wan:"
        yield f"    port: {_port(answers['wan-port'])}"
        if answers["uplink"] == "static":
            addresses, hops = _flow(listed(answers["wan-address"])), _flow(listed(answers["next-hop"]))
            yield f"    uplink: {{static: {{addresses: {addresses}, next_hop: {hops}}}}}"
        else:
            yield f"    uplink: {_UPLINK[answers['uplink']]}"
        comment = self._say("carriers do not route private addresses", "回線側では院内のアドレスは使えない")
        yield f"    translate: {{ipv4: masquerade}}  {comment}"

    def _systems(self) -> Iterator[str]:
        if self._layout.line is Line.IPSEC_CLIENT:
            yield self._say(
                "the provider's gateway as seen from outside the terminal's own tunnel",
                "端末自身のトンネルの外から見た接続点",
            )
        else:
            yield self._say("as the provider gave them under contract", "事業者から提供された接続先")
        for name in ("claim", "qualification"):
            if f"{name}-system" in self._answers:
                yield f"{name}_system:"
                yield f"  networks: {_flow(listed(self._answers[f'{name}-system']))}"
                yield f"  services: [{self._services()}]"

    def _services(self) -> str:
        if "services" not in self._answers:
            return _IKE
        services = (read_service(one) for one in listed(self._answers["services"]))
        return ", ".join(f"{{{protocol}: {_port_range(str(ports))}}}" for protocol, ports in services)

    def _exchange(self) -> Iterator[str]:
        answers = self._answers
        comment = self._say("none: only the relay opens the claim share", "none にすると請求用フォルダは装置だけが開く")
        yield f"lan_to_terminal: shared-folder  {comment}"
        if answers.get("access", "always") != "always":
            yield f"access: {{hours: {_quoted(answers['access'])}, days: [mon, tue, wed, thu, fri, sat, sun]}}  {self._say('C14', 'C14')}"
        if answers["relay"] == "yes":
            comment = self._say(
                "the account made for the box on the terminal; its password stands in that file alone",
                "端末に作った本装置用のアカウント。パスワードはそのファイルだけに置く",
            )
            server = _plain(listed(answers["claim-terminal"])[0])
            yield "relay:"
            yield f"  {comment}"
            yield f"  terminal: {{smb: {{server: {server}, user: relay, password_file: credentials/terminal}}}}"

    def _tunnel(self) -> Iterator[str]:
        answers = self._answers
        if not holds_tunnel(answers):
            comment = self._say("the router in front of this box holds it", "手前のルーターが保持する")
            yield f"tunnel: {{held_by: upstream}}  {comment}"
            return
        systems = (*listed(answers["claim-system"]), *listed(answers.get("qualification-system", "")))
        files = (
            "psk_file: credentials/tunnel.psk"
            if answers["tunnel-auth"] == "psk"
            else "certificate: credentials/site.pem, key_file: credentials/site.key, ca: credentials/ca.pem"
        )
        yield f"tunnel:  {self._say('proposals: as the provider asks for them', '暗号方式は事業者の指定に合わせる')}"
        yield "  held_by: gateway"
        yield "  providers:"
        yield "    - name: provider"
        yield f"      address: {_plain(answers['provider'])}"
        yield f"      id: {_quoted(answers['provider-id'])}"
        yield f"      remote_networks: {_flow(dict.fromkeys(systems))}"
        if any(ip_network(system).version == 4 for system in systems):
            comment = self._say(
                "or inner_addresses: [...], where the provider gave a fixed one",
                "固定アドレスが割り当てられた場合は inner_addresses: [...] と書く",
            )
            yield f"      virtual_address: true  {comment}"
        yield f"  ike: {{version: 2, auth: {answers['tunnel-auth']}, {files}, proposals: [aes256gcm16-prfsha384-ecp384]}}"
        yield "  esp: {proposals: [aes256gcm16-ecp384]}"


def _hosts(places: tuple[str, ...], name: str, more: str = "") -> Iterator[str]:
    """One line a PC: the nth IPv4 and the nth IPv6 address are the same one's."""
    by_version = {version: [place for place in places if ip_network(place).version == version] for version in (4, 6)}
    pairs = list(zip_longest(by_version[4], by_version[6]))
    for number, (ipv4, ipv6) in enumerate(pairs, 1):
        label = name if len(pairs) == 1 else f"{name}{number}"
        second = f", address6: {_plain(ipv6)}" if ipv4 and ipv6 else ""
        yield f"      - {{name: {label}, address: {_plain(ipv4 or ipv6)}{second}{more}}}"


def _port(text: str) -> str:
    form = read_port(text)
    vlan = "" if form.vlan is None else f", vlan: {form.vlan}"
    if form.mac:
        return f"{{mac: {_quoted(form.mac)}{vlan}}}"
    return f"{{port: {form.name}{vlan}}}" if vlan else str(form.name)


def _port_range(ports: str) -> str:
    return _quoted(ports) if "-" in ports else ports


def _flow(places: "dict[str, None] | tuple[str, ...]") -> str:
    return f"[{', '.join(map(_plain, places))}]"


def _plain(place: str) -> str:
    """An address or a network; IPv6 has colons, which YAML would read as a table's."""
    return _quoted(place) if ":" in place else place


def _quoted(text: str) -> str:
    """A YAML text in double quotes: JSON's form is YAML's too (YAML 1.2 §1.3)."""
    return json.dumps(text, ensure_ascii=False)
