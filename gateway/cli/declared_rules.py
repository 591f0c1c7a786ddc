"""A site file whose `inspection.ignore` names rules that exist. The site room knows no rules, so it is looked at here."""

from pathlib import Path

from gateway.claims.catalogue import RULES
from gateway.site.errors import Mistake, SiteFileError
from gateway.site.load import LocatedSite, load_located
from gateway.site.model import Site


def inspected_site(path: Path) -> Site:
    """The site in the file. Raises SiteFileError, also for a rule that is ignored and does not exist."""
    return inspected(path).site


def inspected(path: Path) -> LocatedSite:
    """As `inspected_site`, with the place of every part."""
    located = load_located(path)
    mistakes = []
    for index, rule in enumerate(located.site.inspection.ignore):
        if rule not in RULES:
            file, line, column = located.place(("inspection", "ignore", index)).rsplit(":", 2)
            text = f"inspection.ignore: there is no rule {rule}. docs/inspection.md lists them"
            mistakes.append(Mistake(file, int(line), int(column), text))
    if mistakes:
        raise SiteFileError(tuple(mistakes))
    return located
