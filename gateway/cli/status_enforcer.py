"""What `status` says of the enforcer: what protects the box, which site is in force, what is open, what was repaired."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gateway.cli import status_tunnel
from gateway.cli.command import Denied, Refused
from gateway.cli.reach import carried_out, may_change_the_network
from gateway.cli.section import Figure, Section, words
from gateway.cli.span import spoken
from gateway.enforcer.client import NotRunning, ask
from gateway.enforcer.errors import EnforcerError
from gateway.enforcer.requests import Status
from gateway.policy.schedule import SITE_ZONE

TITLE = "enforcer"
_HEADING = "エンフォーサー"


def enforcer(args: argparse.Namespace) -> Section:
    """Asks the running enforcer; without one, the kernel and the state directory, if this process may."""
    heading = words(args.lang)(TITLE, _HEADING)
    try:
        data = _asked(args)
    except NotRunning:
        return Section(TITLE, (), critical=(_nobody(args.lang),), figures=(_running(0),), heading=heading)
    except (EnforcerError, Refused, Denied) as error:
        return Section(TITLE, (), (str(error),), heading=heading, undecided=True)
    return Section(
        TITLE,
        tuple(_lines(data, args.lang)),
        tuple(_complaints(data, args.lang)),
        data,
        critical=tuple(_critical(data, args.lang)),
        figures=tuple(_figures(data)),
        heading=heading,
    )


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    """Raises NotRunning, another EnforcerError, Refused or Denied."""
    try:
        return ask(args.run_dir, Status())
    except NotRunning:
        if not may_change_the_network():
            raise
        return carried_out(args, Status())


def _lines(data: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    say = words(lang)
    yield say("protection", "保護"), _protection(data, lang)
    site = data["site"]
    if site:
        comment = say(", ", "、") + site["comment"] if site["comment"] else ""
        since = _at(site["at"], "%Y-%m-%d %H:%M")
        short = site["digest"][:12]
        yield (
            say("site", "サイト"),
            say(f"{short} since {since} by {site['who']}", f"{short}（{since}、{site['who']}）") + comment,
        )
    if (proof := data["proof"]) and not proof["refusal"]:
        at, took = _at(proof["at"], "%Y-%m-%d %H:%M:%S"), f"{proof['seconds']:.2f}"
        yield say("proof", "証明"), say(f"proved at {at} in {took} s", f"{at} に {took} 秒で証明済み")
    if data["trial_left_s"] is not None:
        left = spoken(data["trial_left_s"])
        yield (
            say("on trial", "試行中"),
            say(
                f"`claim-gateway confirm` within {left}, or the former site comes back",
                f"{left} 以内に `claim-gateway confirm` を実行しなければ元のサイトに戻ります",
            ),
        )
    if tunnel := data["tunnel"]:
        yield from status_tunnel.lines(tunnel, lang)
    for window in data["windows"]:
        yield say("window", "時間帯"), f"{window['window']}: {_open(window['open_for_s'], lang)}"
    for grant in data["grants"]:
        sources = ", ".join(grant["sources"])
        origin = say(f" from {sources}", f"（接続元 {sources}）") if sources else ""
        yield say("grant", "一時許可"), f"{grant['grant']}: {_open(grant['open_for_s'], lang)}{origin}"
    if "repairs" in data:
        last = data["last_repair"]
        count = data["repairs"]
        told = f"; {say('the last', '最後')}: {last['what']}, {last['who']}" if last else ""
        yield say("repairs", "復旧"), say(f"{count} since the start", f"開始から {count} 回") + told
    for hook in data["foreign_hooks"]:
        yield say("other rules", "他の規則"), hook


def _critical(data: dict[str, Any], lang: str) -> Iterator[str]:
    say = words(lang)
    if data["latched"]:
        yield say(
            "the box is closed: the boot latch stands until a site is applied",
            "装置は閉じています。サイトが適用されるまで起動時の遮断が続きます",
        )
    elif not data["table"]:
        yield say(
            "the table is not in force: the guard stops everything. apply a site",
            "テーブルが有効でないため、ガードがすべて止めています。サイトを適用してください",
        )
    if (proof := data["proof"]) and proof["refusal"]:
        yield say(f"not proved: {proof['refusal']}", f"証明できません: {proof['refusal']}")
    if "pid" not in data:
        yield _nobody(lang)
    for reason in data.get("failing", ()):
        yield say(f"not as declared: {reason}", f"宣言どおりではありません: {reason}")
    for reason in data.get("troubles", ()):
        yield say(
            f"not as declared, but the rules stand: {reason}",
            f"宣言どおりではありませんが、ポリシーは有効です: {reason}",
        )
    for port in data.get("missing_ports", ()):
        yield say(
            f"port {port} is gone. plug it in, or give it back its name",
            f"ポート {port} がありません。接続または名称を確認してください",
        )


def _complaints(data: dict[str, Any], lang: str) -> Iterator[str]:
    say = words(lang)
    if tunnel := data["tunnel"]:
        yield from status_tunnel.complaints(tunnel, lang)
    if (site := data["site"]) and site["unproved"]:
        yield say(
            f"in force without proof, by {site['who']}: {site['unproved']}. apply a site that is proved",
            f"証明なしで有効です（{site['who']}）: {site['unproved']}。証明できるサイトを適用してください",
        )
    if data["windows"] and not data["clock_believed"]:
        yield say(
            "nobody sets this clock: windows stay shut. let chrony, or another, have the time",
            "時刻が同期していないため、時間帯による許可は開きません。chrony の同期を確認してください",
        )


def _figures(data: dict[str, Any]) -> Iterator[Figure]:
    yield _running(int("pid" in data))
    yield Figure(
        "table_in_force", int(data["table"] and not data["latched"]), "1 while the site's table governs the box."
    )
    yield Figure("table_held", int(data["held"]), "1 while the kernel refuses other programs' changes to the table.")
    yield Figure("clock_synchronised", int(data["clock_believed"]), "1 while somebody disciplines the clock.")
    if proof := data["proof"]:
        yield Figure("proved", int(not proof["refusal"]), "1 if the last proof held.")
        yield Figure("proof_timestamp_seconds", _unix(proof["at"]), "When the last proof was made.")
    if site := data["site"]:
        yield Figure("site_timestamp_seconds", _unix(site["at"]), "When the site in force was applied.")
    yield Figure("on_trial", int(data["trial_left_s"] is not None), "1 while a site waits to be confirmed.")
    if "repairs" in data:
        yield Figure("repairs_total", data["repairs"], "Foreign changes undone since the enforcer started.")
        yield Figure("not_as_declared", len(data["failing"]), "Reasons why the box is not as declared now.")
        yield Figure("ports_missing", len(data["missing_ports"]), "Declared ports that are gone.")
    if tunnel := data["tunnel"]:
        yield from status_tunnel.figures(tunnel)
    for kind in ("window", "grant"):
        for one in data[f"{kind}s"]:
            is_open = int(one["open_for_s"] is not None)
            yield Figure(f"{kind}_open", is_open, f"1 while this {kind} is open.", ((kind, one[kind]),))


def _running(value: int) -> Figure:
    return Figure("enforcer_running", value, "1 while the enforcer answers.")


def _nobody(lang: str) -> str:
    return words(lang)(
        "no enforcer runs: nothing repairs the box or opens windows. systemctl start claim-gateway-enforcer",
        "エンフォーサーが動いていないため、復旧も時間帯による許可も行われません。"
        "systemctl start claim-gateway-enforcer を実行してください",
    )


def _protection(data: dict[str, Any], lang: str) -> str:
    """The enforcer's own words in English; in Japanese by what they rest on."""
    if "protection" not in data:
        return words(lang)(
            "the guard alone: no enforcer runs to repair anything",
            "ガードのみ（復旧するエンフォーサーが動いていません）",
        )
    held = "テーブルを他のプログラムの変更から保護し、その背後でガードと復旧が働いています"
    alone = "ガードと復旧（このカーネルではテーブルを他のプログラムから保護できません）"
    return words(lang)(data["protection"], held if data["held"] else alone)


def _open(left_s: float | None, lang: str) -> str:
    say = words(lang)
    if left_s is None:
        return say("closed", "閉")
    return say(f"open for {spoken(left_s)}", f"開（残り {spoken(left_s)}）")


def _at(moment: str, form: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(SITE_ZONE):{form}}"


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
