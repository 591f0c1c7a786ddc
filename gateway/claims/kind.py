"""What kinds of files travel, and whose they are."""

from enum import StrEnum


class Kind(StrEnum):
    """What a file is, told from its first record; from its name where the record does not say."""

    MEDICAL = "medical"
    DPC = "dpc"
    DENTAL = "dental"
    PHARMACY = "pharmacy"
    HOME_NURSING = "home-nursing"
    WORK_INJURY = "work-injury"
    RETURN = "return"
    REVIEW_RETURN = "review-return"
    WORK_INJURY_RETURN = "work-injury-return"
    ADJUSTMENTS = "adjustments"
    RETURN_LIST = "return-list"
    TRANSFERS = "transfers"
    CLAIM_STATUS = "claim-status"
    REPORT = "report"
    OTHER = "other"

    @property
    def ja(self) -> str:
        """The word people use."""
        return _JA[self]

    @property
    def claims(self) -> bool:
        """Whether it is a claim file: header, receipts, GO."""
        return self in _CLAIMS

    @property
    def returns(self) -> bool:
        """Whether it is a return file: HI, receipts, HG."""
        return self in {Kind.RETURN, Kind.REVIEW_RETURN}


_CLAIMS = frozenset({Kind.MEDICAL, Kind.DPC, Kind.DENTAL, Kind.PHARMACY, Kind.HOME_NURSING})
_JA = {
    Kind.MEDICAL: "医科",
    Kind.DPC: "DPC",
    Kind.DENTAL: "歯科",
    Kind.PHARMACY: "調剤",
    Kind.HOME_NURSING: "訪問看護",
    Kind.WORK_INJURY: "労災",
    Kind.RETURN: "返戻（原審査）",
    Kind.REVIEW_RETURN: "返戻（再審査）",
    Kind.WORK_INJURY_RETURN: "返戻（労災）",
    Kind.ADJUSTMENTS: "増減点連絡書",
    Kind.RETURN_LIST: "返戻内訳書",
    Kind.TRANSFERS: "振込額明細",
    Kind.CLAIM_STATUS: "請求確定状況",
    Kind.REPORT: "帳票",
    Kind.OTHER: "不明",
}


class Payer(StrEnum):
    """審査支払機関, as the first record's field 1 numbers them."""

    FUND = "1"
    FEDERATION = "2"

    @property
    def folder(self) -> str:
        """The word clinics use for this payer, which is also the folder's name."""
        return "社保" if self is Payer.FUND else "国保"

    @property
    def full_name(self) -> str:
        """The payer's name in full."""
        return "支払基金" if self is Payer.FUND else "国保連合会"
