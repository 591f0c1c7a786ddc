"""The list of rules as people read it, made from the rules themselves: `inspect --rules`, and a part of the docs."""

from collections.abc import Iterator

from gateway.claims.catalogue import UNDETECTABLE
from gateway.claims.file_rules import FILE_RULES
from gateway.claims.finding import Rule, Severity
from gateway.claims.site_rules import SITE_RULES

_SEVERITIES = {Severity.HOLD: "保留", Severity.WARN: "注意", Severity.NOTE: "記録"}


def rules_listing(lang: str = "en") -> Iterator[str]:
    """Markdown lines: both sets of rules, and what no rule can see."""
    ja = lang == "ja"
    yield "## ファイルの規則" if ja else "## File rules"
    yield ""
    yield from _table(FILE_RULES, lang)
    yield ""
    yield "## 施設の規則" if ja else "## Site rules"
    yield ""
    yield from _table(SITE_RULES, lang)
    yield ""
    yield "## 検出できないもの" if ja else "## What no file rule can see"
    yield ""
    yield "| レコード | 項目 | 変化 |" if ja else "| record | field | change |"
    yield "|---|---|---|"
    for change in UNDETECTABLE:
        yield f"| {change.record} | {change.field or '–'} | {change.says.line(lang)} |"


def _table(rules: tuple[Rule, ...], lang: str) -> Iterator[str]:
    head = ("規則", "名前", "確認すること", "違反したとき", "確度", "根拠")
    if lang != "ja":
        head = ("rule", "name", "what is looked at", "if not", "certainty", "source")
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for rule in rules:
        cells = (rule.id, rule.name, rule.checks.line(lang), _follows(rule, lang), rule.certainty, rule.source)
        yield f"| {' | '.join(cells)} |"


def _follows(rule: Rule, lang: str) -> str:
    severity = _word(rule.severity, lang)
    if rule.kinds is None:
        return severity
    kinds = ", ".join(sorted(kind.ja for kind in rule.kinds))
    return f"{severity} ({kinds}; {'他' if lang == 'ja' else 'else'} {_word(rule.otherwise, lang)})"


def _word(severity: Severity, lang: str) -> str:
    return _SEVERITIES[severity] if lang == "ja" else str(severity)
