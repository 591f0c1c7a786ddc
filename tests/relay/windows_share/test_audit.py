import json
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.windows_share.audit import Came, Deed, Done, LogonRefused, Where, digest, hear
from tests.relay.windows_share.test_configuration import PLACE

KEY = b"k" * 32
PC = ip_address("192.168.10.21")
NAME = "丸秘太郎.UKE"


def line(what: str, *rest: str, outcome: str = "ok") -> str:
    return "|".join(("@audit", "yamada", str(PC), what, outcome, *rest))


def opened(access: str, path: str = f"{PLACE.people}/請求/{NAME}", kind: str = "file") -> str:
    return line("create_file", access, kind, "open", path)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (line("connect", "【厳秘】請求ゲートウェイ"), Came("yamada", PC)),
        (line("disconnect", "【厳秘】請求ゲートウェイ"), Came("yamada", PC, ended=True)),
        (opened("0x12019f"), Done("yamada", PC, Deed.WRITTEN, Where.CLAIMS, digest(NAME, KEY))),
        (opened("0x120089"), Done("yamada", PC, Deed.READ, Where.CLAIMS, digest(NAME, KEY))),
        (opened("0x81", f"{PLACE.people}/返戻/2026-11/{NAME}"), Done("yamada", PC, Deed.READ, Where.RETURNS, digest(NAME, KEY))),
        (opened("0x80"), None),
        (opened("0x12019f", kind="dir"), None),
        (line("unlinkat", f"{PLACE.people}/保留/{NAME}"), Done("yamada", PC, Deed.REMOVED, Where.HELD, digest(NAME, KEY))),
        (
            line("renameat", f"{PLACE.people}/保留/x", f"{PLACE.people}/保留/却下/{NAME}"),
            Done("yamada", PC, Deed.RENAMED, Where.REJECTED, digest(NAME, KEY)),
        ),
        (
            line("renameat", f"{PLACE.people}/請求/x", f"{PLACE.people}/返戻/{NAME}", outcome="fail (Read-only file system)"),
            Done("yamada", PC, Deed.RENAMED, Where.TOP, digest(NAME, KEY), refused=True),
        ),
        (line("mkdirat", f"{PLACE.people}/請求/{NAME}"), Done("yamada", PC, Deed.FOLDER_MADE, Where.CLAIMS, digest(NAME, KEY))),
        (
            opened("0x2", f"{PLACE.approvals}/山田/{NAME}"),
            Done("yamada", PC, Deed.WRITTEN, Where.APPROVED, digest(NAME, KEY)),
        ),
        (line("connect", "x", outcome="fail (denied)"), None),
        (f"smbd: cannot open {NAME}", None),
        ("@audit|yamada", None),
        ("@audit|yamada|nowhere|connect|ok|x", None),
        ("{", None),
        ('{"a": ' * 2000, None),
    ],
)  # fmt: skip
def test_a_line_becomes_a_deed_or_nothing(said: str, heard: object) -> None:
    if isinstance(heard, Done) and heard.refused:
        heard = Done(heard.logon, heard.address, heard.deed, Where.RETURNS, heard.name, refused=True)
    assert hear(said, PLACE, KEY) == heard


@pytest.mark.parametrize("address", ["192.168.10.21", "2001:db8:10::21"])
def test_a_refused_logon_says_who_and_why(address: str) -> None:
    family = "ipv6" if ":" in address else "ipv4"
    told = {
        "status": "NT_STATUS_WRONG_PASSWORD",
        "remoteAddress": f"{family}:{address}:36176",
        "clientAccount": "yamada",
    }

    heard = hear(json.dumps({"type": "Authentication", "Authentication": told}), PLACE, KEY)
    assert heard == LogonRefused("yamada", ip_address(address), "NT_STATUS_WRONG_PASSWORD")
    assert hear(json.dumps({"Authentication": told | {"status": "NT_STATUS_OK"}}), PLACE, KEY) is None


@given(st.text())
def test_no_line_ends_it_and_no_name_comes_through(text: str) -> None:
    name = f"丸秘{text}"
    for said in (text, f"@audit|{text}", line("unlinkat", f"{PLACE.people}/請求/{name}"), opened(text), f"{{{text}"):
        assert "丸秘" not in repr(hear(said, PLACE, KEY))


def test_a_digest_is_the_boxs_own_and_the_same_for_either_spelling() -> None:
    assert digest("\u304c.UKE", KEY) == digest("\u304b\u3099.UKE", KEY)
    assert digest(NAME, KEY) != digest(NAME, b"another")
    assert digest("\udce3.UKE", KEY) != digest(NAME, KEY)
