from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Protocol, Session, verdict
from gateway.relay import messages
from gateway.report.terminal_facts import TerminalFacts, terminal_facts
from gateway.report.terminal_sheet import preface, steps, title
from gateway.report.terminal_step import quoted
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
WITH_RELAY = [path for path in CONFIGS if load_site(path).relay]


def plain(**change: Any) -> Site:
    site = load_site(CONFIGS[0].parent / "ip-vpn-claim.yaml")
    return Site.model_validate(_merged(site.model_dump(by_alias=True), change))


def _merged(data: Any, change: Any) -> Any:
    if isinstance(data, dict) and isinstance(change, dict):
        return data | {key: _merged(data.get(key), value) for key, value in change.items()}
    return change


def everything(facts: TerminalFacts, lang: Any = "en") -> str:
    """All words of a sheet."""
    found = [title(facts, lang), *preface(facts, lang)]
    for step in steps(facts, lang):
        found += [step.title, *step.text, *step.commands, *step.checks]
    return "\n".join(found)


def sheet(**change: Any) -> str:
    return everything(terminal_facts(plain(**change)))


@pytest.mark.parametrize("path", WITH_RELAY, ids=lambda path: path.stem)
def test_the_firewall_rule_names_exactly_who_the_policy_lets_in(path: Path) -> None:
    site = load_site(path)
    facts = terminal_facts(site)
    policy = derive(site)
    (box,) = (network.network_address for network in facts.openers)

    asked = Session(Zone.GATEWAY, Zone.CLAIM, box, facts.share.server, Protocol.TCP, facts.port)
    (rule,) = (command for step in steps(facts, "en") for command in step.commands if "'claim-gateway' -D" in command)

    assert verdict(policy, asked)
    assert f"-LocalPort {facts.port} " in rule
    assert str(box) in rule.partition("-RemoteAddress ")[2].split(",")


@pytest.mark.parametrize("path", WITH_RELAY, ids=lambda path: path.stem)
def test_both_languages_have_the_same_commands_and_a_sheet_shows_every_address(path: Path) -> None:
    facts = terminal_facts(load_site(path))
    english, japanese = steps(facts, "en"), steps(facts, "ja")

    assert len(english) == len(japanese)
    for one, other in zip(english, japanese, strict=True):
        assert len(one.text) == len(other.text)
        assert len(one.checks) == len(other.checks)
        assert one.clauses == other.clauses
        assert [line for line in one.commands if "-Prompt" not in line] == [
            line for line in other.commands if "-Prompt" not in line
        ]
    assert all(str(address) in everything(facts) for address in facts.terminal.addresses)


def test_translated_receipt_pcs_come_from_the_box_and_ipv6_ones_from_themselves() -> None:
    facts = terminal_facts(plain())

    assert facts.lan_openers == (ip_network("192.168.20.1/32"), ip_network("2001:db8:10::21/128"))


def test_untranslated_receipt_pcs_are_named_and_without_a_share_for_lan_nobody_is() -> None:
    lan = {"lan": {"translate_to_terminals": False}}

    open_to_all = terminal_facts(plain(zones=lan))
    closed = terminal_facts(plain(lan_to_terminal="none"))

    assert ip_network("192.168.10.21/32") in open_to_all.lan_openers
    assert closed.lan_openers == ()
    assert "Receipt PCs open it too" not in everything(closed)


def test_the_box_is_the_way_out_only_where_it_stands_towards_the_line() -> None:
    both = sheet()
    behind = everything(terminal_facts(load_site(CONFIGS[0].parent / "router-a-behind-existing.yaml")))

    assert "-DefaultGateway 192.168.20.1" in both
    assert "-DefaultGateway (Read-Host" in behind
    assert "stays the router that faces the line" in behind


def test_behind_another_router_lan_gets_a_route_through_the_box_unless_it_is_translated() -> None:
    site = load_site(CONFIGS[0].parent / "router-a-behind-existing.yaml")
    assert site.zones.lan is not None
    untranslated = site.zones.lan.model_copy(update={"translate_to_terminals": False})
    changed = site.model_copy(update={"zones": site.zones.model_copy(update={"lan": untranslated})})

    assert (
        "New-NetRoute -InterfaceAlias $card -DestinationPrefix 192.168.10.0/24 -NextHop 192.168.20.254"
        in everything(terminal_facts(changed))
    )


def test_a_card_of_its_own_towards_the_line_keeps_the_default_gateway() -> None:
    terminal = plain().model_dump(by_alias=True)["zones"]["claim"]["terminals"][0] | {"dual_homed": True}

    text = sheet(zones={"claim": {"terminals": [terminal]}})

    assert "keeps its settings" in text
    assert "DefaultGateway" not in text


def test_a_windows_share_is_encrypted_signed_and_nobody_s_but_the_account_s() -> None:
    text = sheet()

    assert "-EncryptData $true" in text
    assert "-RequireSecuritySignature $true" in text
    assert "-ChangeAccess relay" in text
    assert "C:\\receipt\\claims" in text


def test_over_sftp_the_pinned_key_is_shown_and_lan_s_share_has_a_rule_of_its_own() -> None:
    facts = terminal_facts(load_site(CONFIGS[0].parent / "vlan-trunk.yaml"))
    text = everything(facts)

    assert "SHA256:lho7rtthwSuLerLG4ncTmCZobuytm22dTPPCGeN6mUg" in text
    assert "-LocalPort 22 -RemoteAddress 192.168.20.1\n" in text
    assert "'claim-gateway-lan' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 445" in text
    assert "New-SmbShare" not in text
    assert "PasswordAuthentication no" in text


@pytest.mark.parametrize(("after", "seen"), [("move", "moves to"), ("leave", "stays here"), ("remove", "is gone")])
def test_what_becomes_of_a_return_is_what_is_to_be_seen(after: str, seen: str) -> None:
    assert seen in sheet(relay={"returns": {"after": after}})


def test_the_journal_s_words_are_the_journal_s() -> None:
    facts = terminal_facts(plain())

    assert messages.SHARE_UP.en in everything(facts)
    assert messages.SHARE_UP.ja in everything(facts, "ja")


def test_no_secret_and_no_way_to_write_one_on_a_command_line() -> None:
    for line in sheet().splitlines():
        assert "-AsPlainText" not in line
        assert "ConvertTo-SecureString" not in line


def test_a_name_with_a_quote_stays_one_word_of_powershell() -> None:
    assert quoted("O'Brien $(calc)") == "'O''Brien $(calc)'"
    assert "'C:\\it''s'" in sheet(relay={"terminal": {"smb": {"share": "it's"}}})


def test_a_site_without_a_relay_has_no_sheet() -> None:
    with pytest.raises(ValueError, match="no relay"):
        terminal_facts(plain().model_copy(update={"relay": None}))


def test_addresses_are_of_the_terminal_s_own_networks() -> None:
    (four, six) = terminal_facts(plain()).faces

    assert (four.address, four.prefix_length, four.gateway) == (
        ip_address("192.168.20.10"),
        24,
        ip_address("192.168.20.1"),
    )
    assert six.gateway == ip_address("2001:db8:20::1")
