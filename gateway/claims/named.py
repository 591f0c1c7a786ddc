"""Kinds told from a file's name: what the first record cannot say, or what has no records."""

from gateway.claims.kind import Kind
from gateway.claims.names import matches, published_name

# The same first record as another kind's, or one that is not known to us.
_CLAIMS = (
    ("RECEIPTD.UKE", Kind.DPC),
    ("RECEIPTH.UKE", Kind.HOME_NURSING),
)
_REPORTS = (
    ("RRECEC.HEN", Kind.WORK_INJURY_RETURN),
    ("*.HEN", Kind.RETURN),
    ("*.SAH", Kind.REVIEW_RETURN),
    ("*zogn*.csv", Kind.ADJUSTMENTS),
    ("*henr*.csv", Kind.RETURN_LIST),
    ("*henr*.pdf", Kind.RETURN_LIST),
    ("*fmei*.csv", Kind.TRANSFERS),
    ("*fixf*.csv", Kind.CLAIM_STATUS),
    ("*.pdf", Kind.REPORT),
)


def kind_of(recorded: Kind, name: str, carry: tuple[str, ...]) -> Kind:
    """The kind of a file whose first record says `recorded`.

    Args:
        recorded: what the first record says; OTHER if that is nothing we know.
        name: the file's name; empty if it must not count.
        carry: name patterns the vendor declared: only these make a report of a file without known records.
    """
    name = published_name(name)
    for pattern, kind in _CLAIMS:
        # A 歯科 or 調剤 file is what its header says, whatever it is called.
        if matches(name, (pattern,)) and recorded in {Kind.MEDICAL, Kind.OTHER}:
            return kind if recorded is Kind.MEDICAL or kind is Kind.HOME_NURSING else recorded
    if recorded is Kind.RETURN:
        return Kind.REVIEW_RETURN if matches(name, ("*.SAH",)) else Kind.RETURN
    if recorded is Kind.OTHER and matches(name, carry):
        return next((kind for pattern, kind in _REPORTS if matches(name, (pattern,))), Kind.OTHER)
    return recorded
