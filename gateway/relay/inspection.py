"""What the site file declares about files, as the reading of claims takes it."""

from gateway.claims.kind import Payer
from gateway.claims.reader import Expected
from gateway.claims.results import Part, ResultForm, Says
from gateway.claims.site_rules import Place
from gateway.relay.antivirus import Clamd
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction
from gateway.site.model import Relay, Returns, Site


def expected(site: Site, direction: Direction) -> Expected:
    """What is expected of the files that travel in `direction`: claims are this site's own, returns have declared names."""
    ignore = frozenset(site.inspection.ignore)
    match direction:
        case Direction.CLAIM:
            place = Place(site.site.institution_code, site.site.prefecture)
            return Expected(place, ignore, site.inspection.carry)
        case Direction.RETURN:
            fetched = site.relay.returns if site.relay else Returns()
            return Expected(Place(), ignore, (*fetched.patterns, *site.inspection.carry))


def scanner(declared: Relay, pace: Pace) -> Clamd | None:
    """The antivirus that looks at every file, in both directions (C24); none unless declared."""
    return None if declared.antivirus == "none" else Clamd(declared.antivirus.clamd, pace.deadline)


def result_forms(site: Site) -> tuple[ResultForm, ...]:
    """How this site's result files are written."""
    return tuple(
        ResultForm(
            says=Says(declared.says),
            names=declared.names,
            columns={part: place for part in Part if (place := getattr(declared.columns, part)) is not None},
            payer=Payer(declared.payer) if declared.payer else None,
            confirmed=declared.confirmed,
            encoding=declared.encoding,
            heading=declared.heading,
        )
        for declared in site.inspection.results
    )
