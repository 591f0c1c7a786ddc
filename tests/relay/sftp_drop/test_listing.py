from gateway.relay.sftp_drop.listing import line
from gateway.relay.sftp_drop.packets import Attributes


def test_a_line_as_ls_writes_it() -> None:
    said = line("RECEIPTC.UKE", Attributes(38_775, 0o100440, 1_795_334_400)).decode()

    assert said.split() == ["-r--r-----", "1", "gateway", "gateway", "38775", "Nov", "22", "2026", "RECEIPTC.UKE"]


def test_a_year_no_calendar_has_is_no_error() -> None:
    """One file with such a date in 請求 ended every listing of it."""
    assert b"7  2106" in line("FAR.UKE", Attributes(1, 0o100440, 1 << 40))
    assert b"1  1970" in line("OLD.UKE", Attributes(1, 0o100440, -(1 << 40)))
