"""A site file from disk to a Site: read, parse, shape, rules. Every mistake found on the way has its `file:line:column`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway.site import tree
from gateway.site.errors import Mistake, SiteFileError
from gateway.site.model import Site
from gateway.site.parse import Complaint, parse
from gateway.site.reading import read_text, whole_file
from gateway.site.rules import Finding, findings
from gateway.site.shape import Shaped, shape
from gateway.site.words import one_line

MISTAKES_MAX = 100  # a screen or two; a file with more is not a site file yet


@dataclass(frozen=True, slots=True)
class LocatedSite:
    """A site, and where each of its parts was declared."""

    file: str
    site: Site
    _tree: tree.Node

    def place(self, path: tree.Path) -> str:
        """`file:line:column` of the key that ends `path`, such as `("zones", "claim", "serve")`.

        Keys are those of the file (`from`, not `from_`), list items count from 0. A part that is not written out, because
        its default serves, gives the nearest part above it.
        """
        walked, _ = tree.descend(self._tree, path)
        place = tree.key_place(self._tree, walked)
        return f"{self.file}:{place.line}:{place.column}"


def load_site(path: Path) -> Site:
    """The site declared in the file. Raises SiteFileError with every mistake that could be found, in the file's order."""
    return load_located(path).site


def load_located(path: Path) -> LocatedSite:
    """As `load_site`, with the place of every part."""
    text = read_text(path)
    data, complaints = parse(text)
    if data is None and not complaints:
        what = "holds only comments" if text.strip() else "is empty"
        raise whole_file(path, f"{what}. start from configs/ip-vpn-claim.yaml")
    if isinstance(data, tree.Mapping):
        shaped = shape(data)
        complaints += shaped.complaints
        complaints += _unfitting(shaped)
        if shaped.site is not None and not complaints:
            return LocatedSite(one_line(str(path)), shaped.site, data)
    elif data is not None and not complaints:
        complaints.append((data.place, "the site file is not a table. write keys such as site:, layout: and zones:"))
    raise SiteFileError(_mistakes(path, complaints))


def _unfitting(shaped: Shaped) -> list[Complaint]:
    if shaped.site is None:
        return []
    return [_placed(shaped.tree, finding) for finding in findings(shaped.site) if _certain(finding, shaped.left_out)]


def _certain(finding: Finding, left_out: tuple[tree.Path, ...]) -> bool:
    """Whether nothing the finding relies on was left out, in whole or in part."""
    return not any(
        part[: len(gone)] == gone or gone[: len(part)] == part for part in finding.relies_on for gone in left_out
    )


def _placed(data: tree.Node, finding: Finding) -> Complaint:
    if finding.at_key:
        return tree.key_place(data, finding.path), finding.text
    return tree.descend(data, finding.path)[1].place, finding.text


def _mistakes(path: Path, complaints: Iterable[Complaint]) -> tuple[Mistake, ...]:
    file = one_line(str(path))
    ordered = sorted(dict.fromkeys(complaints), key=lambda complaint: complaint[0])
    mistakes = tuple(Mistake(file, place.line, place.column, text) for place, text in ordered[:MISTAKES_MAX])
    if len(ordered) > MISTAKES_MAX:
        more = f"{len(ordered) - MISTAKES_MAX} more mistakes follow. mend the first {MISTAKES_MAX} and check again"
        return (*mistakes, Mistake(file, 0, 0, more))
    return mistakes
