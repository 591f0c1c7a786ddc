from pathlib import Path

import pytest

from gateway.cli.command import Refused
from gateway.cli.enforceable import enforceable_site
from gateway.site.errors import SiteFileError
from gateway.twin.samples import DEMO_SITE


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = DEMO_SITE.read_text()
    assert old in text
    file = tmp_path / "site.yaml"
    file.write_text(text.replace(old, new))
    return file


def test_the_sample_site_is_enforceable() -> None:
    assert enforceable_site(DEMO_SITE).layout == "ip-vpn/claim"


def test_what_is_not_supported_yet_is_named_with_its_place(tmp_path: Path) -> None:
    static = next(line.strip() for line in DEMO_SITE.read_text().splitlines() if "uplink:" in line)
    file = changed(tmp_path, static, "uplink: {pppoe: {user: x, password_file: y}, ra: {}}")
    with pytest.raises(Refused) as caught:
        enforceable_site(file)
    (line,) = (number for number, text in enumerate(file.read_text().splitlines(), 1) if "pppoe" in text)
    assert str(caught.value).startswith(f"{file}:{line}:")
    assert "is not supported by this version yet. " in str(caught.value)


def test_a_wrong_file_is_wrong_before_it_is_unsupported(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError):
        enforceable_site(changed(tmp_path, "layout: ip-vpn/claim", "layout: ip-vpn/clam"))
