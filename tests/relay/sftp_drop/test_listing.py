from gateway.relay.sftp_drop.listing import line
from gateway.relay.sftp_drop.packets import Attributes


def test_a_line_as_ls_writes_it() -> None:
    said = line("RECEIPTC.UKE", Attributes(38_775, 0o100440, 1_795_334_400)).decode()

    assert said.split() == ["-r--r-----", "1", "gateway", "gateway", "38775", "Nov", "22", "2026", "RECEIPTC.UKE"]
