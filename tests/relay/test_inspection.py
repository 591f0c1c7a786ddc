from gateway.claims.kind import Payer
from gateway.claims.results import Part, Says
from gateway.relay.inspection import expected, result_forms
from gateway.relay.parcel import Direction
from gateway.site.model import Inspection, Site


def with_inspection(site: Site, **declared: object) -> Site:
    return site.model_copy(update={"inspection": Inspection.model_validate(declared)})


def test_claims_are_the_site_s_own_and_returns_have_declared_names(site: Site) -> None:
    declared = with_inspection(site, ignore=["U017"], carry=["RREC*.UKE"])

    claims, returns = (expected(declared, direction) for direction in (Direction.CLAIM, Direction.RETURN))

    assert (claims.place.institution_code, claims.place.prefecture) == ("0000000", "12")
    assert claims.carry == ("RREC*.UKE",)
    assert returns.place.institution_code == ""
    assert returns.carry == ("*.HEN", "*.SAH", "*.csv", "*.pdf", "RREC*.UKE")
    assert claims.ignore == returns.ignore == {"U017"}


def test_result_files_are_read_as_declared(site: Site) -> None:
    columns = {"payer": "審査支払機関", "count": 3}
    results = [{"names": ["*fixf*.csv"], "says": "confirmed", "columns": columns, "payer": "2", "heading": False}]

    (form,) = result_forms(with_inspection(site, results=results))

    assert (form.says, form.payer, form.heading) == (Says.CONFIRMED, Payer.FEDERATION, False)
    assert form.columns == {Part.PAYER: "審査支払機関", Part.COUNT: 3}
