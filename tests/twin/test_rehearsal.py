import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.policy.derive import derive
from gateway.proof.model import Answer
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.rehearsal import _server, rehearse
from gateway.twin.samples import CONFIGS, DEMO_SITE
from gateway.twin.server import ServerError

pytestmark = pytest.mark.root


def quietly(_step: str) -> None:
    """No progress."""


def test_steps_are_told_in_order_and_timed(site: Site) -> None:
    told: list[str] = []
    result = rehearse(site, DEMO_SITE, told.append)
    assert result.ok
    assert told == [name for name, _ in result.steps]
    assert told[0] == "build the twin"
    assert told[-1] == "bring a return file back"


def test_a_dial_up_through_the_box_is_rehearsed_with_its_own_frames(site: Site) -> None:
    dialling = site.model_copy(update={"pppoe_passthrough": True, "relay": None})
    result = rehearse(dialling, DEMO_SITE, quietly)
    dialled = [one for one in result.sessions if one.origin.startswith("card of")]
    assert [(one.outcome, one.right) for one in dialled] == [("passed: 0x8863, 0x8864", True)] * 2
    assert result.ok


def test_a_gateway_that_is_wrong_is_given_no_file(site: Site) -> None:
    policy = derive(site)
    share = policy.flows[0]
    back = replace(
        share, id="back", origin=Zone.CLAIM, target=Zone.LAN, sources=share.destinations, destinations=share.sources
    )
    result = rehearse(site, DEMO_SITE, quietly, policy=replace(policy, flows=(*policy.flows, back)))
    assert not result.ok
    assert {(row.session.origin, row.session.target, row.service) for row in result.wrong} == {
        (Zone.CLAIM, Zone.LAN, "tcp 445")
    }
    assert (result.sessions, result.files) == ([], [])
    assert result.proof is not None
    assert {one.theorem for one in result.proof.judgements if one.answer is not Answer.PROVED} >= {"T1", "T4"}


def test_a_claim_system_that_sees_an_untranslated_terminal_is_wrong(site: Site) -> None:
    policy = replace(derive(site), translations=())
    result = rehearse(site, DEMO_SITE, quietly, policy=policy)
    assert result.matrix
    assert not result.wrong
    assert result.proof is not None
    assert [one.theorem for one in result.proof.judgements if one.answer is Answer.DISPROVED] == ["T9"]
    assert [session.right for session in result.sessions][:2] == [False, True]
    assert not result.ok


def test_a_terminal_over_sftp_is_rehearsed_with_the_twin_s_own_host_key(site: Site, tmp_path: Path) -> None:
    vendor = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHoTFbv8mdGvwzUqVQ1sk2qP8Rz6XfVb1ryk2pgrhCnW"
    sftp = (
        f"{{server: 192.168.20.10, user: relay, key_file: credentials/terminal, host_key: {vendor}, folder: receipt}}"
    )
    file = tmp_path / "site.yaml"
    text, replaced = re.subn(r"terminal: \{smb: \{[^}]*\}", f"terminal: {{sftp: {sftp}", DEMO_SITE.read_text())

    file.write_text(text)
    result = rehearse(load_site(file), file, quietly)

    assert replaced == 1
    assert result.ok
    assert [file.identical for file in result.files] == [True, True]


def test_a_folder_a_rehearsal_cannot_make_is_said(tmp_path: Path) -> None:
    declared = load_site(CONFIGS / "vlan-trunk.yaml").relay
    assert declared is not None
    with pytest.raises(ServerError, match="rehearse a copy of the site with folder"):
        _server(declared.terminal, "x", tmp_path, ("127.0.0.1",), "nowhere")
