import pytest

from gateway.claims.kind import Kind
from gateway.claims.named import kind_of

CARRY = ("*.HEN", "*.SAH", "*.csv", "*.pdf")


@pytest.mark.parametrize(
    ("recorded", "name", "kind"),
    [
        (Kind.MEDICAL, "RECEIPTC.UKE", Kind.MEDICAL),
        (Kind.MEDICAL, "receiptd.uke", Kind.DPC),
        (Kind.MEDICAL, "RECEIPTD (1).UKE", Kind.DPC),
        (Kind.DENTAL, "RECEIPTD.UKE", Kind.DENTAL),
        (Kind.OTHER, "RECEIPTD.UKE", Kind.OTHER),
        (Kind.OTHER, "RECEIPTH.UKE", Kind.HOME_NURSING),
        (Kind.MEDICAL, "RECEIPTH.UKE", Kind.HOME_NURSING),
        (Kind.RETURN, "RECEIPTC.HEN", Kind.RETURN),
        (Kind.RETURN, "RECEIPTC (2).SAH", Kind.REVIEW_RETURN),
        (Kind.OTHER, "RRECEC.HEN", Kind.WORK_INJURY_RETURN),
        (Kind.OTHER, "12_zogn_202111.csv", Kind.ADJUSTMENTS),
        (Kind.OTHER, "12_HENR_202111.PDF", Kind.RETURN_LIST),
        (Kind.OTHER, "xfmeix.csv", Kind.TRANSFERS),
        (Kind.OTHER, "xfixfx.csv", Kind.CLAIM_STATUS),
        (Kind.OTHER, "shiharai.pdf", Kind.REPORT),
        (Kind.OTHER, "asp.csv", Kind.OTHER),
        (Kind.OTHER, "letter.docx", Kind.OTHER),
        (Kind.WORK_INJURY, "RREC.UKE", Kind.WORK_INJURY),
    ],
)
def test_the_name_says_what_the_record_does_not(recorded: Kind, name: str, kind: Kind) -> None:
    assert kind_of(recorded, name, CARRY) is kind


def test_a_report_s_name_counts_only_where_it_is_declared() -> None:
    assert kind_of(Kind.OTHER, "12_zogn_202111.csv", ()) is Kind.OTHER


def test_without_a_name_the_record_decides() -> None:
    assert kind_of(Kind.MEDICAL, "", ()) is Kind.MEDICAL
    assert kind_of(Kind.OTHER, "", ()) is Kind.OTHER
