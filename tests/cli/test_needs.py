import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main

CONFIGS = Path(__file__).parents[2] / "configs"


def needed(site: str, capsys: pytest.CaptureFixture[str]) -> dict[str, list[Any]]:
    assert main(["needs", "--json", str(CONFIGS / site)]) == 0
    answer: dict[str, list[Any]] = json.loads(capsys.readouterr().out)
    return answer


def test_a_plain_site_needs_neither_tunnel_nor_share_nor_name_server(capsys: pytest.CaptureFixture[str]) -> None:
    answer = needed("ip-vpn-claim.yaml", capsys)

    assert {"samba", "charon-systemd", "dnsmasq-base", "chrony"} & set(answer["packages"]) == set()
    assert "strongswan.service" not in answer["units"]
    assert "claim-gateway-share.service" in answer["others"]


def test_a_tunnel_held_here_and_a_share_bring_packages_units_and_files(capsys: pytest.CaptureFixture[str]) -> None:
    answer = needed("ipsec-router-claim.yaml", capsys)

    assert {"charon-systemd", "samba", "samba-vfs-modules"} <= set(answer["packages"])
    assert {"strongswan.service", "claim-gateway-share.service", "claim-gateway-relay.service"} <= set(answer["units"])
    assert [(one["key"], one["at"].removeprefix("/etc/claim-gateway/"), one["mode"]) for one in answer["files"]] == [
        ("relay.terminal.smb.password_file", "credentials/terminal", "0600"),
        ("relay.drop.people.0.smb_password_file", "credentials/people/jimu", "0600"),
        ("tunnel.ike.certificate", "credentials/site.pem", "0644"),
        ("tunnel.ike.key_file", "credentials/site.key", "0600"),
        ("tunnel.ike.ca", "credentials/ca.pem", "0644"),
    ]


def test_a_segment_that_is_served_needs_the_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert "dnsmasq-base" in needed("ipsec-client-claim.yaml", capsys)["packages"]


def test_who_keeps_a_copy_of_the_journal_needs_the_program_and_the_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        (CONFIGS / "ip-vpn-claim.yaml").read_text() + "management: {from: [192.168.10.250], syslog: [192.168.10.251]}\n"
    )

    answer, without = needed(str(site), capsys), needed("ip-vpn-claim.yaml", capsys)

    assert "rsyslog" in answer["packages"]
    assert "claim-gateway-journal-copy.service" in answer["units"]
    assert "claim-gateway-journal-copy.service" in without["others"]


def test_people_read_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["needs", "--lang", "ja", str(CONFIGS / "ip-vpn-claim.yaml")]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == (
        "/etc/claim-gateway/credentials/terminal  0600  relay.terminal.smb.password_file: credentials/terminal"
    )


def test_a_public_key_where_the_relay_cannot_read_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drop = "relay:\n  drop: {sftp: {port: 2222}, people: [{name: 山田, sftp_key_file: credentials/yamada.pub}]}\n"
    site = tmp_path / "site.yaml"
    site.write_text((CONFIGS / "ip-vpn-claim.yaml").read_text().replace("relay:\n", drop, 1))

    assert main(["needs", str(site)]) == 2
    assert "name it keys/yamada.pub" in capsys.readouterr().err


def test_a_line_that_is_dialled_needs_the_program_and_the_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = (CONFIGS / "ip-vpn-claim.yaml").read_text().splitlines()
    dialled = "    uplink: {pppoe: {user: clinic@isp.example, password_file: credentials/line}, ra: {}}"
    site = tmp_path / "site.yaml"
    site.write_text("\n".join(dialled if line.startswith("    uplink:") else line for line in declared))

    assert main(["needs", "--json", str(site)]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert "ppp" in answer["packages"]
    assert [(one["at"], one["mode"]) for one in answer["files"] if "pppoe" in one["key"]] == [
        ("/etc/claim-gateway/credentials/line", "0600")
    ]
