"""All rules, by id and by name, and what no rule can see."""

from dataclasses import dataclass

from gateway.claims.file_rules import FILE_RULES
from gateway.claims.finding import Rule, Text
from gateway.claims.site_rules import SITE_RULES

RULES: dict[str, Rule] = {rule.id: rule for rule in (*FILE_RULES, *SITE_RULES)}
RULES_BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES.values()}


@dataclass(frozen=True, slots=True)
class Undetectable:
    """A change after which a file is still a valid one, so that no file rule can see it.

    `record` and `field` say where; field 0 means anywhere in such a record. `becomes` is a regular expression over the
    bytes of the changed field, which bounds what is meant.
    """

    record: str
    field: int
    becomes: bytes
    says: Text


UNDETECTABLE = (
    Undetectable(
        "IR",
        1,
        rb"[12]",
        Text("payer 1 → 2 or 2 → 1: the other payer's file", "審査支払機関 1 ⇔ 2（もう一方の機関のファイルになる）"),
    ),
    Undetectable(
        "IR",
        2,
        rb"0[1-9]|[1-3][0-9]|4[0-7]",
        Text("another prefecture; S002 sees it", "別の都道府県（S002 で検出）"),
    ),
    Undetectable(
        "IR",
        4,
        rb"[0-9]{7}",
        Text("another institution's code; S001 sees it", "別の医療機関コード（S001 で検出）"),
    ),
    Undetectable("IR", 5, rb"[^,\r\n]*", Text("the reserve field", "予備")),
    Undetectable("IR", 6, rb"[^,\r\n]*", Text("the institution's name", "医療機関名称")),
    Undetectable("IR", 9, rb"[^,\r\n]*", Text("the phone number", "電話番号")),
    Undetectable(
        "RE",
        0,
        rb".*",
        Text(
            "whatever stands in a receipt except record ids, receipt numbers, treatment months and points",
            "レセプトの中身（レコード識別、レセプト番号、診療年月、点数を除く）",
        ),
    ),
    Undetectable(
        "HO",
        5,
        rb"[0-9]+",
        Text("points moved from one receipt to another; the total stays", "レセプト間で点数が入れ替わる（合計は同じ）"),
    ),
    Undetectable(
        "GO",
        0,
        rb".*",
        Text("receipts and totals changed together, consistently", "レセプトと総計が矛盾なく同時に変わる"),
    ),
)
