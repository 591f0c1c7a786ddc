import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.kind import Payer
from gateway.claims.results import (
    RESULT_MAX_BYTES,
    Part,
    ResultForm,
    ResultsUnreadable,
    Row,
    Says,
    form_of,
    read_results,
)
from tests.claims.synthetic import lines, status_csv

STATUS = ResultForm(
    Says.CONFIRMED,
    ("*fixf*.csv",),
    {
        Part.PAYER: "審査支払機関",
        Part.MONTH: "請求年月",
        Part.COUNT: "件数",
        Part.POINTS: "点数",
        Part.STATE: "状態",
    },
)
LIST = ResultForm(Says.RETURNED, ("*henr*.csv",), {Part.MONTH: 2}, payer=Payer.FUND, heading=False)


def test_rows_are_read_by_their_titles() -> None:
    content = status_csv(
        ("1", "202111", 1140, 86_392, "確定済"), ("国保", "令和", 1, 1, ""), ("国保", "2021/11", 3, 9, "未")
    )

    results = read_results(content, STATUS)

    assert results.rows == (
        Row(Payer.FUND, "2021-11", 1140, 86_392, confirmed=True),
        Row(Payer.FEDERATION, "2021-11", 3, 9, confirmed=False),
    )
    assert results.unread == 1


def test_rows_are_read_by_their_numbers_and_count_one_each() -> None:
    results = read_results(lines("架空太郎,202111,事由", "架空花子,2021年9月,", ",,"), LIST)

    assert results.rows == (Row(Payer.FUND, "2021-11", 1, None, None), Row(Payer.FUND, "2021-09", 1, None, None))


@pytest.mark.parametrize(
    ("content", "form", "said"),
    [
        (b"\x81\x20", STATUS, "not in cp932"),
        (lines("架空太郎,件数"), STATUS, "no column for payer"),
        (b"", STATUS, "no column"),
        (b"x" * (RESULT_MAX_BYTES + 1), STATUS, "MiB"),
        (b'"' + b"x" * 200_000, LIST, "no CSV"),
    ],
)
def test_what_does_not_fit_is_one_line_without_the_file_s_text(content: bytes, form: ResultForm, said: str) -> None:
    with pytest.raises(ResultsUnreadable, match=said) as caught:
        read_results(content, form)

    assert "架空" not in str(caught.value)


@given(content=st.binary(max_size=200))
def test_any_bytes_give_rows_or_the_declared_error(content: bytes) -> None:
    for form in (STATUS, LIST):
        try:
            results = read_results(content, form)
        except ResultsUnreadable:
            continue
        assert results.says is form.says


def test_the_name_tells_the_form() -> None:
    assert form_of("12_FIXF_202111 (1).csv", (LIST, STATUS)) is STATUS
    assert form_of("letter.csv", (LIST, STATUS)) is None
