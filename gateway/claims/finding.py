"""What a rule is, and what it found. A finding is a rule, a record number and whole numbers: nothing else fits in."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.claims.kind import Kind


class Severity(StrEnum):
    """What follows from a finding: the file waits for a person, people are warned, or it is only written down."""

    HOLD = "hold"
    WARN = "warn"
    NOTE = "note"


class Certainty(StrEnum):
    """How well a rule's ground is known. Only a certain one may hold a file."""

    CERTAIN = "C"
    """Official text, or measured on real files."""
    MATCHED = "M"
    """Third-party programs that agree with another source."""
    UNVERIFIED = "U"
    """One source, or ours alone."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line in English and in Japanese."""

    en: str
    ja: str

    def line(self, lang: str) -> str:
        """The line in `lang`: `ja`, or English."""
        return self.ja if lang == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked at.

    Attributes:
        id: `U…` needs only the file, `S…` also the site and the date. Never used again for another rule.
        name: the same in a word; notes beside held files and the ledger carry it.
        checks: what is looked at, for the list of rules.
        says: what was found, a `str.format` template over the finding's figures.
        todo: what to do about it.
        severity: what follows, for the kinds of files for which the rule is certain.
        kinds: those kinds; None means every kind the rule is looked at for.
        otherwise: what follows for the other kinds.
        may_pass: a second look a little later may not find it again: the file may still be growing.
    """

    id: str
    name: str
    checks: Text
    says: Text
    todo: Text
    severity: Severity
    certainty: Certainty
    source: str
    kinds: frozenset[Kind] | None = None
    otherwise: Severity = Severity.WARN
    may_pass: bool = False

    def __post_init__(self) -> None:
        if self.severity is Severity.HOLD and self.certainty is not Certainty.CERTAIN:
            raise ValueError(f"{self.id} holds files and is not certain")
        if self.kinds is not None and self.otherwise is Severity.HOLD:
            raise ValueError(f"{self.id} holds kinds of files it is not certain for")

    def __repr__(self) -> str:
        return f"<{self.id} {self.name}>"

    def severity_for(self, kind: Kind) -> Severity:
        """What follows when it is found in a file of this kind."""
        return self.severity if self.kinds is None or kind in self.kinds else self.otherwise


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in one file. `record` counts from 1; 0 means the file as a whole."""

    rule: Rule
    severity: Severity
    record: int = 0
    figures: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not all(type(figure) is int for figure in (self.record, *self.figures)):
            raise TypeError(f"{self.rule.id}: a finding carries whole numbers only")

    @property
    def id(self) -> str:
        """The rule's id, such as U005."""
        return self.rule.id

    @property
    def name(self) -> str:
        """The rule's word, such as truncated."""
        return self.rule.name

    @property
    def holds(self) -> bool:
        """Whether a file with this finding waits for a person."""
        return self.severity is Severity.HOLD

    @property
    def may_pass(self) -> bool:
        """Whether a second look a little later can find the file whole."""
        return self.rule.may_pass

    def text(self, lang: str = "en") -> str:
        """What was found, in one line."""
        return self.rule.says.line(lang).format(*self.figures)
