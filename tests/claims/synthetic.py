"""Claim and return files made for tests: the official shapes, nobody's data."""


def receipt(
    number: int, *, insured: bool = True, points: int = 100, public: tuple[int, ...] = (), filler: str = ""
) -> str:
    """One medical receipt: RE with its 38 columns, HO if insured, one KO for each public expense."""
    lines = [",".join(["RE", str(number), "1112", "202110", f"架空{filler}"] + [""] * 33)]
    if insured:
        lines.append(f"HO,00000000,,,1,{points},,,,,,,,,")
    lines += [f"KO,00000000,0000000,,1,{each},,,,,," for each in public]
    return "\r\n".join(lines)


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
    return "".join(f"{record}\r\n" for record in records).encode("cp932") + end


def big_claim_file(size: int) -> bytes:
    """A consistent claim file of about `size` bytes."""
    filler = "あ" * 2000
    count = max(1, size // len(receipt(1, filler=filler).encode("cp932")))
    receipts = [receipt(number, filler=filler) for number in range(1, count + 1)]
    return claim_file(*receipts, trailer=f"GO,{count},{count * 100},99")


def return_file(payer: str = "1") -> bytes:
    """A return file, as far as its structure is known."""
    return f"HI,{payer},202111\r\nRE,1,1112,202110\r\nHR,,,,00\r\nHG,1\r\n".encode("cp932")
