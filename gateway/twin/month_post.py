"""The files of the scripted month: synthetic, in the shapes of the specification, nobody's data."""

CLAIM_NAME = "RECEIPTC.UKE"
RETURN_NAME = "RECEIPTC.HEN"
SECOND_DOWNLOAD = "RECEIPTC (1).HEN"
"""What a browser calls the second file of one name."""
REPORT_NAME = "11zogn.csv"
INSTITUTION = "0000000"
FORMER_INSTITUTION = "9999999"
"""The clinic's code before it moved: a claim with it is right, and looks like another clinic's."""
MONTH, MONTH_BEFORE = "2026-11", "2026-10"


def claim(
    payer: str,
    points: int,
    *,
    month: str = MONTH,
    code: str = INSTITUTION,
    volume: str = "00",
    totals: str | None = None,
) -> bytes:
    """A 医科 claim file of one receipt; `totals` stands for GO's figures and volume where it is not the only one."""
    treated = f"{month[:4]}{int(month[5:]) - 1:02}"
    return _records(
        f"IR,{payer},12,1,{code},,,{month.replace('-', '')},{volume},0300000000",
        _receipt(treated),
        f"HO,00000000,,,1,{points},,,,,,,,,",
        f"GO,{totals or f'1,{points},99'}",
        end=b"\x1a",
    )


def volumes(payer: str, points: int, *, month: str) -> tuple[bytes, bytes]:
    """One claim in two volumes: the totals of both stand in the last one's GO."""
    first = claim(payer, points, month=month, volume="00", totals=",,01")
    return first, claim(payer, points, month=month, volume="01", totals=f"2,{2 * points},99")


def reclaim(payer: str, points: int) -> bytes:
    """A claim file that brings a returned receipt back, with its history rows as the payer wrote them."""
    return _records(
        f"IR,{payer},12,1,{INSTITUTION},,,{MONTH.replace('-', '')},00,0300000000",
        _receipt("202608", search_number="120000000000000000000000000001"),
        f"HO,00000000,,,1,{points},,,,,,,,,",
        "1,1,0,RE,1,1112,202608,架空",
        f"1,2,0,HO,00000000,,,1,{points},,,,,,,,,",
        "2,1,0,RC",
        f"GO,1,{points},99",
        end=b"\x1a",
    )


def returned(payer: str) -> bytes:
    """A return file, as far as its structure is known; no real one is public."""
    return _records(
        f"HI,{payer},202610",
        "RE,1,1112,202608,架空",
        "HR,1,,,0000,合成データのため理由なし,",
        "1,1,0,RE,1,1112,202608,架空",
        "1,2,0,RC",
        "HG,1",
    )


def report() -> bytes:
    """A 増減点連絡書 of nobody."""
    return _records("診療年月,件数,点数", "202608,0,0")


def _receipt(treated: str, search_number: str = "") -> str:
    columns = ["RE", "1", "1112", treated, "架空", *[""] * 33]
    columns[18] = search_number
    return ",".join(columns)


def _records(*records: str, end: bytes = b"") -> bytes:
    return "".join(f"{record}\r\n" for record in records).encode("cp932") + end
