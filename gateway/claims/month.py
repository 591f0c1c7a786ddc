"""Claim months: western `YYYYMM` as files carry it now, `GYYMM` (era, year, month) as older ones do; here `YYYY-MM`."""

# The western year before each era's first year: 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和 (record specification, 年月 fields).
_YEAR_BEFORE_ERA = {"1": 1867, "2": 1911, "3": 1925, "4": 1988, "5": 2018}


def claim_month(text: str) -> str:
    """`202111` or `50311` as `2021-11`; empty when it is neither."""
    if not (text.isascii() and text.isdigit()):
        return ""
    match len(text):
        case 6:
            year, month = int(text[:4]), int(text[4:])
        case 5 if text[0] in _YEAR_BEFORE_ERA:
            year, month = _YEAR_BEFORE_ERA[text[0]] + int(text[1:3]), int(text[3:])
        case _:
            return ""
    return f"{year:04}-{month:02}" if year >= 1868 and 1 <= month <= 12 else ""


def following(month: str, months: int = 1) -> str:
    """The month `months` after (before, if negative) a `YYYY-MM`."""
    year, month_of_year = map(int, month.split("-"))
    years, index = divmod(month_of_year - 1 + months, 12)
    return f"{year + years:04}-{index + 1:02}"
