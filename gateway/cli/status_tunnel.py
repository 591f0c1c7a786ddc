"""What `status` says about the tunnel, from what the enforcer tells."""

from collections.abc import Iterator
from typing import Any

from gateway.cli.section import Figure, words
from gateway.cli.span import spoken


def lines(tunnel: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """One line for each provider that is connected."""
    yield from ((words(lang)("tunnel", "トンネル"), _up(one, lang)) for one in tunnel["up"])


def complaints(tunnel: dict[str, Any], lang: str) -> Iterator[str]:
    """What stands between the site and its first provider."""
    say = words(lang)
    up = [one["provider"] for one in tunnel["up"]]
    if tunnel["charon"]:
        yield say(
            f"the tunnel is down: {tunnel['charon']}. systemctl start strongswan",
            f"トンネルは切断されています: {tunnel['charon']}。systemctl start strongswan を実行してください",
        )
    elif not up:
        yield say(
            "the tunnel is down: no provider is connected. why: journalctl -u claim-gateway-enforcer",
            "トンネルは切断されています。理由は journalctl -u claim-gateway-enforcer で確認できます",
        )
    elif (first := tunnel["providers"][0]) not in up:
        yield say(
            f"provider {first} is not connected: {', '.join(up)} stands in",
            f"接続先 {first} に接続できず、{', '.join(up)} が代わりを務めています",
        )


def figures(tunnel: dict[str, Any]) -> Iterator[Figure]:
    """For monitoring."""
    yield Figure("tunnel_up", int(bool(tunnel["up"])), "1 while a provider of the tunnel is connected.")


def _up(one: dict[str, Any], lang: str) -> str:
    say = words(lang)
    passed = [sum(child[way] for child in one["children"]) for way in ("bytes_in", "bytes_out")]
    renewed = min((child["rekey_s"] for child in one["children"] if child["rekey_s"]), default=0)
    kinds = ", ".join(dict.fromkeys(child["encryption"] for child in one["children"]))
    nat = say(", behind NAT", "、NAT の内側") if one["behind_nat"] else ""
    keys = say(f", new keys in {spoken(renewed)}", f"、鍵の更新まで {spoken(renewed)}") if renewed else ""
    age = spoken(one["age_s"])
    return say(
        f"provider {one['provider']} at {one['address']} for {age}: IKEv{one['version']}, {kinds}{nat}; "
        f"{passed[0]:,} bytes in, {passed[1]:,} out{keys}",
        f"接続先 {one['provider']}（{one['address']}、{age} 経過）: IKEv{one['version']}, {kinds}{nat}、"
        f"受信 {passed[0]:,} バイト、送信 {passed[1]:,} バイト{keys}",
    )
