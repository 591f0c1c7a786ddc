"""Claim, return and result files made for tests: synthetic, in the official shapes, nobody's data.

No real return file is public. What is built here holds the records and fields that public descriptions agree on.
"""


def receipt(
    number: int,
    *,
    insured: bool = True,
    points: int = 100,
    public: tuple[int, ...] = (),
    filler: str = "",
    month: str = "202110",
    columns: int = 38,
    search_number: str = "",
) -> str:
    """One receipt: RE with its columns (38 for 医科, 30 for DPC), HO if insured, one KO for each public expense."""
    common = ["RE", str(number), "1112", month, f"架空{filler}"] + [""] * (columns - 5)
    common[18] = search_number
    lines = [",".join(common)]
    if insured:
        lines.append(f"HO,00000000,,,1,{points},,,,,,,,,")
    lines += [f"KO,00000000,0000000,,1,{each},,,,,," for each in public]
    return "\r\n".join(lines)


def lines(*records: str, end: bytes = b"") -> bytes:
    """Records with their line ends, in cp932."""
    return "".join(f"{record}\r\n" for record in records).encode("cp932") + end


def claim_file(
    *receipts: str,
    payer: str = "1",
    month: str = "202111",
    code: str = "0000000",
    volume: str = "00",
    trailer: str | None = "GO,1,100,99",
    end: bytes = b"\x1a",
) -> bytes:
    """A medical claim file; `trailer` None leaves GO out."""
    records = [f"IR,{payer},12,1,{code},,,{month},{volume},0000000000", *(receipts or (receipt(1),))]
    records += [trailer] if trailer is not None else []
    return lines(*records, end=end)


def dpc_file(trailer: str = "GO,1,100,99") -> bytes:
    """A DPC claim file: a 医科 header, receipts of 30 columns."""
    return claim_file(receipt(1, columns=30), "BU,0,synthetic", trailer=trailer)


def dental_file(trailer: str = "GO,2,200,99", end: bytes = b"\x1a") -> bytes:
    """A 歯科 claim file: UK, then IR and RE for each receipt, then GO."""
    each = [record for number in (1, 2) for record in ("IR,1,12,3,0000000,,202111", receipt(number))]
    return lines("UK,1,12,3,0000000,,架空歯科,202111,,00", *each, trailer, end=end)


def pharmacy_file(trailer: str = "GO,1,100,99", end: bytes = b"\x1a") -> bytes:
    """A 調剤 claim file: YK, RE …, GO."""
    return lines("YK,2,12,4,0000000,架空薬局,202111,00", receipt(1), trailer, end=end)


def reclaim_file() -> bytes:
    """A 医科 file that brings back a returned receipt, with its history rows."""
    history = ("1,1,0,RE,1,1112,202108,架空", "1,2,0,HO,00000000,,,1,100,,,,,,,,,", "2,1,0,RC")
    returned = receipt(1, month="202108", search_number="120000000000000000000000000001")
    return claim_file("\r\n".join((returned, *history)), trailer="GO,1,100,99")


def volumes() -> tuple[bytes, bytes]:
    """One 医科 claim in two volumes; the second declares the totals of both."""
    first = claim_file(receipt(1), receipt(2), volume="00", trailer="GO,,,01")
    second = claim_file(receipt(1, points=50), volume="01", trailer="GO,3,250,99")
    return first, second


def big_claim_file(size: int) -> bytes:
    """A consistent claim file of about `size` bytes."""
    filler = "あ" * 2000
    count = max(1, size // len(receipt(1, filler=filler).encode("cp932")))
    receipts = [receipt(number, filler=filler) for number in range(1, count + 1)]
    return claim_file(*receipts, trailer=f"GO,{count},{count * 100},99")


def return_file(payer: str = "1", mark: str = "") -> bytes:
    """A return file, as far as its structure is known. `mark` stands where reasons and names stand."""
    return lines(
        f"HI,{payer},202111",
        f"RE,1,1112,202110,架空{mark}",
        f"HR,1,,,0000,合成データ{mark},{mark}",
        f"1,1,0,RE,1,1112,202110,架空{mark}",
        "1,2,0,RC",
        "HG,1",
    )


def status_csv(*rows: tuple[str, str, int, int, str]) -> bytes:
    """A 請求確定状況 with titles of our own: payer, month, 件数, 点数, state."""
    heading = "審査支払機関,請求年月,件数,点数,状態"
    return lines(
        heading, *(f'{payer},{month},"{count:,}",{points},{state}' for payer, month, count, points, state in rows)
    )
