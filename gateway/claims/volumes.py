"""A claim in several volumes: each is a file of its own, and only the last declares the totals of all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from gateway.claims.headers import SINGLE_OR_FIRST
from gateway.claims.kind import Kind, Payer
from gateway.claims.summary import Summary


@dataclass(frozen=True, slots=True)
class Together:
    """The volumes of one claim that are at hand.

    Attributes:
        whole: none is missing, from 00 to the one that declares the totals.
        count, points: what all receipts make.
        agrees: the declared totals are exactly these; None while a volume is missing.
    """

    kind: Kind
    payer: Payer | None
    claim_month: str
    volumes: tuple[str, ...]
    whole: bool
    count: int
    points: int
    agrees: bool | None


def together(summaries: Iterable[Summary]) -> Iterator[Together]:
    """Each claim that has more than one volume, put together from its files' summaries."""
    parts = [one for one in summaries if one.complete and one.volume and one.counted_count is not None]
    for _, group in groupby(sorted(parts, key=_of_volume), key=_claim):
        volumes = list(group)
        if len(volumes) > 1 or volumes[0].volume != SINGLE_OR_FIRST or volumes[0].declared_count is None:
            yield _together(volumes)


def _claim(summary: Summary) -> tuple[str, str, str, str]:
    return summary.kind, summary.payer or "", summary.institution_code, summary.claim_month


def _of_volume(summary: Summary) -> tuple[tuple[str, str, str, str], str]:
    return _claim(summary), summary.volume


def _together(volumes: list[Summary]) -> Together:
    last = volumes[-1]
    declared = (last.declared_count, last.declared_points)
    numbers = [int(one.volume) for one in volumes]
    whole = numbers == list(range(len(volumes))) and None not in declared
    counted = sum(one.counted_count or 0 for one in volumes), sum(one.counted_points or 0 for one in volumes)
    return Together(
        kind=last.kind,
        payer=last.payer,
        claim_month=last.claim_month,
        volumes=tuple(one.volume for one in volumes),
        whole=whole,
        count=counted[0],
        points=counted[1],
        agrees=declared == counted if whole else None,
    )
