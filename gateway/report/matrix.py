"""The matrix as rows of text: zone × zone first, then each flow with when and why."""

from collections.abc import Iterator, Sequence

from gateway.policy.model import Flow, Policy
from gateway.report.wording import Lang, services_text, when_text, zone_name
from gateway.site.layout import Layout, Zone

NOTHING = "–"
SAME = "\\"
SOMETIMES = "*"
BESIDE = "PPPoE!"
"""A terminal's own dial-up between two zones, either way: no rule about packets sees its frames."""

Row = tuple[str, ...]


def grid(policy: Policy, layout: Layout, lang: Lang) -> Iterator[Row]:
    """A heading, then a row for each zone that may start sessions: what it may start to each other zone."""
    yield ("始める側 ＼ 相手" if lang == "ja" else "from \\ to", *_names(policy.zones, layout, lang))
    for origin in policy.zones:
        yield (
            zone_name(origin, layout, lang),
            *(SAME if origin is target else _cell(policy, origin, target) for target in policy.zones),
        )


def key(policy: Policy, lang: Lang) -> Iterator[str]:
    """What the grid's signs mean; one line each, only for signs that are there."""
    ja = lang == "ja"
    yield (
        f"{NOTHING} この向きには何も始められません（応答だけが通ります）"
        if ja
        else f"{NOTHING} nothing may be started in this direction (replies only)"
    )
    if any(flow.when is not None for flow in policy.flows):
        yield (
            f"{SOMETIMES} 時間帯または一時許可の間だけ（下の一覧）"
            if ja
            else f"{SOMETIMES} only in its hours, or while granted (below)"
        )

    if policy.dial_up:
        yield f"{BESIDE} {beside_rules(lang)}"


def beside_rules(lang: Lang) -> str:
    """What `pppoe_passthrough` lets past every rule, in one line."""
    if lang == "ja":
        return (
            "端末自身のダイヤルアップ（PPPoE、0x8863と0x8864のフレーム）は、どの規則にも見られずに両方向へ通ります"
            "（pppoe_passthrough）。その中身は本装置では制限できません（C6）"
        )
    return (
        "a terminal's own dial-up (PPPoE, frames 0x8863 and 0x8864) passes beside every rule, both ways "
        "(pppoe_passthrough): what it carries is not held by this box (C6)"
    )


def flow_rows(policy: Policy, layout: Layout, lang: Lang) -> Iterator[Row]:
    """A heading, then each flow: pair, service, families, when, clauses, why."""
    if lang == "ja":
        yield ("向き", "サービス", "方式", "いつ", "要件", "理由")
    else:
        yield ("direction", "service", "family", "when", "clauses", "why")
    for flow in policy.flows:
        yield (
            direction(flow, layout, lang),
            services_text(flow.services),
            "+".join(f"IPv{family}" for family in flow.families),
            when_text(flow.when, lang),
            " ".join(flow.clauses),
            flow.why.ja if lang == "ja" else flow.why.en,
        )


def direction(flow: Flow, layout: Layout, lang: Lang) -> str:
    """Who starts to whom."""
    return f"{zone_name(flow.origin, layout, lang)} → {zone_name(flow.target, layout, lang)}"


def _names(zones: Sequence[Zone], layout: Layout, lang: Lang) -> Row:
    return tuple(zone_name(zone, layout, lang) for zone in zones)


def _cell(policy: Policy, origin: Zone, target: Zone) -> str:
    """The services of a pair; a service that is not always open carries a sign."""
    flows = policy.between(origin, target)
    always = tuple(dict.fromkeys(one for flow in flows if flow.when is None for one in flow.services))
    sometimes = tuple(
        dict.fromkeys(one for flow in flows if flow.when is not None for one in flow.services if one not in always)
    )
    parts = [services_text(sorted(always))] if always else []
    parts += [f"{services_text(sorted(sometimes))}{SOMETIMES}"] if sometimes else []
    parts += [BESIDE] if (origin, target) in policy.dial_up else []
    return "; ".join(parts) or NOTHING
