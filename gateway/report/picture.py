"""The site as a picture: the box above, the zones plugged into it, and below them an arrow for every session that may start.

Each zone has a column. An arrow leaves the column of who starts and ends at whom it may start to; where there is no arrow,
nothing may be started. The same site gives the same text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.policy.model import Flow, Policy
from gateway.policy.places import part
from gateway.report import svg
from gateway.report.hosts import Entry, entries
from gateway.report.wording import Lang, services_text, when_text, zone_name
from gateway.site.layout import Zone
from gateway.site.model import Site

COLUMNS = (Zone.LAN, Zone.GATEWAY, Zone.CLAIM, Zone.QUALIFICATION, Zone.TUNNEL, Zone.WAN)
"""From inside to outside; the box stands where router A does."""
COLOURS: Mapping[Zone, tuple[str, str]] = {
    Zone.LAN: ("#1d5fa8", "#eaf2fb"),
    Zone.GATEWAY: ("#0f5c4a", "#e3f3ee"),
    Zone.CLAIM: ("#a8481d", "#fdf0e9"),
    Zone.QUALIFICATION: ("#6d3fa0", "#f4eefa"),
    Zone.TUNNEL: ("#7a6a00", "#faf6df"),
    Zone.WAN: ("#4a5560", "#eff1f3"),
}
"""A line's colour and a card's, by zone; the lines have a contrast of 4.5 or more on white (WCAG 2.1 §1.4.3)."""

MARGIN, COLUMN, CARD = 28, 214, 190
BOX_Y, BOX_HEIGHT = 86, 62
CARDS_Y = 178
HEADING, NAME_LINE, ADDRESS_LINE = 34, 17, 14
ARROW_ROW = 54
HOSTS_MAX = 5
"""Hosts listed in a card; a hospital has hundreds."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What every part of the picture needs to know."""

    site: Site
    policy: Policy
    lang: Lang
    columns: tuple[Zone, ...]

    def centre(self, zone: Zone) -> int:
        return MARGIN + COLUMN * self.columns.index(zone) + COLUMN // 2

    def name(self, zone: Zone) -> str:
        return zone_name(zone, self.site.layout, self.lang)

    @property
    def width(self) -> int:
        return 2 * MARGIN + COLUMN * len(self.columns)


def picture(site: Site, policy: Policy, ports: Mapping[Zone, str], lang: Lang) -> str:
    """The SVG text. `ports` names the interface behind each zone but the box itself."""
    sheet = _Sheet(site, policy, lang, tuple(zone for zone in COLUMNS if zone in policy.zones))
    cards = {zone: _listed(entries(site, zone, lang), lang) for zone in sheet.columns if zone is not Zone.GATEWAY}
    cards_height = max(_card_height(listed) for listed in cards.values())
    arrows_y = CARDS_Y + cards_height + 40
    end = arrows_y + ARROW_ROW * len(policy.flows)
    parts = (
        *_title(sheet),
        *(_lifeline(sheet, zone, cards_height, end) for zone in sheet.columns),
        *_box(sheet, ports),
        *(piece for zone, listed in cards.items() for piece in _card(sheet, zone, listed, cards_height)),
        *(_arrow(sheet, flow, arrows_y + ARROW_ROW * row) for row, flow in enumerate(policy.flows)),
        *_legend(sheet, end + 18),
    )
    return svg.document(sheet.width, end + 66, f"{site.site.name} ({site.layout})", parts)


def _title(sheet: _Sheet) -> Iterator[str]:
    site = sheet.site
    roles = "+".join(site.roles).upper()
    router = f"ルーター {roles}" if sheet.lang == "ja" else f"router {roles}"
    room = sheet.width - 2 * MARGIN
    yield svg.text(MARGIN, 42, svg.shortened(site.site.name, 22, room), size=22, bold=True)
    yield svg.text(MARGIN, 64, f"{site.layout} · {router}", size=13, fill="#52606d")


def _lifeline(sheet: _Sheet, zone: Zone, cards_height: int, end: int) -> str:
    top = BOX_Y + BOX_HEIGHT if zone is Zone.GATEWAY else CARDS_Y + cards_height
    thick, dash = (5, "") if zone is Zone.GATEWAY else (1.2, "2 4")
    return svg.line(sheet.centre(zone), top, sheet.centre(zone), end, stroke=COLOURS[zone][0], width=thick, dash=dash)


def _box(sheet: _Sheet, ports: Mapping[Zone, str]) -> Iterator[str]:
    colour, pale = COLOURS[Zone.GATEWAY]
    yield svg.box(MARGIN, BOX_Y, sheet.width - 2 * MARGIN, BOX_HEIGHT, fill=pale, stroke=colour, radius=12)
    centre = sheet.centre(Zone.GATEWAY)
    yield svg.text(centre, BOX_Y + 27, sheet.name(Zone.GATEWAY), size=15, bold=True, fill=colour, anchor="middle")
    yield svg.text(centre, BOX_Y + 45, "claim-gateway", size=11, fill=colour, anchor="middle")
    for zone, port in ports.items():
        x, bottom = sheet.centre(zone), BOX_Y + BOX_HEIGHT
        dash = "7 4" if zone is Zone.TUNNEL else ""
        yield svg.line(x, bottom, x, CARDS_Y, stroke=COLOURS[zone][0], width=3, dash=dash)
        yield svg.text(x, BOX_Y + 20, port, size=12, bold=True, fill=colour, anchor="middle")
        declared = part(sheet.site, zone)
        addresses = declared.addresses if declared else ()
        for row, address in enumerate(addresses[:2]):
            yield svg.text(x, BOX_Y + 36 + 15 * row, str(address), size=10.5, fill="#3e4c59", anchor="middle")


def _listed(found: tuple[Entry, ...], lang: Lang) -> tuple[Entry, ...]:
    """At most HOSTS_MAX of them, and how many more there are."""
    if len(found) <= HOSTS_MAX:
        return found
    more = len(found) - HOSTS_MAX
    return (*found[:HOSTS_MAX], Entry(f"ほか {more}" if lang == "ja" else f"and {more} more", ()))


def _card_height(listed: tuple[Entry, ...]) -> int:
    return HEADING + sum(NAME_LINE + ADDRESS_LINE * len(entry.addresses) + 4 for entry in listed) + 8


def _card(sheet: _Sheet, zone: Zone, listed: tuple[Entry, ...], height: int) -> Iterator[str]:
    colour, pale = COLOURS[zone]
    x = sheet.centre(zone) - CARD // 2
    yield svg.box(x, CARDS_Y, CARD, height, fill=pale, stroke=colour)
    yield svg.text(sheet.centre(zone), CARDS_Y + 23, sheet.name(zone), size=14, bold=True, fill=colour, anchor="middle")
    y = CARDS_Y + HEADING
    for entry in listed:
        y += NAME_LINE
        yield svg.text(x + 14, y, svg.shortened(entry.name, 12, CARD - 28), size=12)
        for address in entry.addresses:
            y += ADDRESS_LINE
            yield svg.text(x + 14, y, svg.shortened(address, 10.5, CARD - 28), size=10.5, fill="#52606d")
        y += 4


def _arrow(sheet: _Sheet, flow: Flow, y: int) -> str:
    colour = COLOURS[flow.origin][0]
    start, end = sheet.centre(flow.origin), sheet.centre(flow.target)
    middle = (start + end) // 2
    sometimes = flow.when is not None
    below = " ".join(flow.clauses)
    if sometimes:
        below = f"{when_text(flow.when, sheet.lang)} · {below}"
    parts = (
        svg.arrow(start, end, y, stroke=colour, dash="7 5" if sometimes else ""),
        svg.label(middle, y - 8, services_text(flow.services), bold=True, fill=colour),
        svg.label(middle, y + 17, below, size=10.5, fill="#52606d"),
    )
    why = flow.why.ja if sheet.lang == "ja" else flow.why.en
    return svg.group(f"{flow.id}: {why}", parts)


def _legend(sheet: _Sheet, y: int) -> Iterator[str]:
    if sheet.lang == "ja":
        words = (
            "矢印はセッションを始める向き。矢印のない向きには何も始まらず、応答だけが通ります。",
            "破線は時間帯または一時許可の間だけ。番号は要件（docs/layouts.md）。",
        )
    else:
        words = (
            "An arrow shows who may start a session. Where there is none, nothing starts; only replies pass.",
            "Dashed: only in its hours, or while granted. Numbers are clauses (docs/layouts.md).",
        )
    for row, one in enumerate(words):
        yield svg.text(MARGIN, y + 18 * row, one, size=12, fill="#52606d")
