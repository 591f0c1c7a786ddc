from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gateway.site import words


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (words.Label, ["受付1", "a" * 80], ["", "a" * 81, "two\nlines"]),
        (words.Slug, ["vendor-ssh"], ["Vendor", "1st", "a" * 25, ""]),
        (words.Prefecture, ["01", "47"], ["00", "48", "1", "１３"]),
        (words.InstitutionCode, ["0000000"], ["123456", "12345678", "１３１２３４５", "1312345\n"]),
        (words.Phone, ["03-0000-0000"], ["内線5", "1"]),
        (words.Account, ["relay"], ["re lay", "a/b", ""]),
        (words.ShareName, ["receipt", "共有"], ["\\\\server\\share", "a/b"]),
        (words.Folder, ["claims", "請求"], ["..", ".hidden", "a\\b", ""]),
        (words.DomainName, ["update.example.jp"], ["localhost", "UPDATE.example", "a..b"]),
        (words.SocketPath, ["/run/clamav/clamd.ctl"], ["clamd.ctl"]),
    ],
)
def test_kinds_of_text(kind: Any, good: list[str], bad: list[str]) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    assert [adapter.validate_python(text) for text in good] == good
    for text in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


def test_shown_is_one_short_printable_line() -> None:
    assert words.shown("a\x1b[2Jb\n\u202ec") == "'a\ufffd[2Jb\ufffd\ufffdc'"
    assert len(words.shown("x" * 1000)) == words.SHOWN_MAX_CHARS + 2
    assert (words.shown(True), words.shown({}), words.shown([1]), words.shown(5)) == ("true", "a table", "a list", "5")
