"""The file rules, as data: what can be told from a file alone. `examine.py` looks; here stands what is said, and why."""

from gateway.claims.finding import Certainty, Rule, Severity, Text
from gateway.claims.kind import Kind

_IR_FIRST = frozenset({Kind.MEDICAL, Kind.DPC, Kind.HOME_NURSING})
_CLAIMS = frozenset({Kind.MEDICAL, Kind.DPC, Kind.DENTAL, Kind.PHARMACY, Kind.HOME_NURSING})
_MEDICAL = frozenset({Kind.MEDICAL})

_SPECIFICATION = "記録条件仕様"
_EXPORT_AGAIN = Text("export it again from the receipt computer", "レセコンから出力し直してください")
_EXPORT_OR_COPY = Text("export it again, or copy it again", "レセコンから出力し直すか、もう一度コピーしてください")
_LOOK_IN_RECEIPT_PC = Text(
    "check it in the receipt computer and export it again", "レセコンで内容を確認し、出力し直してください"
)
_NOTHING = Text("nothing", "なし")
_ASK_VENDOR = Text("if it happens again, tell the vendor", "続く場合は保守窓口に連絡してください")

EMPTY = Rule(
    "U001",
    "empty",
    checks=Text("the file holds something", "ファイルに中身がある"),
    says=Text("the file is empty", "ファイルが空です"),
    todo=_EXPORT_OR_COPY,
    severity=Severity.HOLD,
    certainty=Certainty.CERTAIN,
    source="a file without records claims nothing",
    may_pass=True,
)
UNKNOWN_KIND = Rule(
    "U002",
    "unknown-kind",
    checks=Text(
        "the first record is IR, UK, YK, HM or HI, or the name is a declared one",
        "先頭が IR・UK・YK・HM・HI レコードである、または宣言された名前である",
    ),
    says=Text("this is no claim file (UKE) as we know them", "請求ファイル（UKE）として読めません"),
    todo=Text(
        "put only claim files there; the vendor can declare other names (inspection.carry)",
        "請求フォルダーには請求ファイルだけを入れてください（他の名前は保守窓口が宣言できます）",
    ),
    severity=Severity.HOLD,
    certainty=Certainty.CERTAIN,
    source="ours: what nobody declared does not travel",
)
NUL_BYTES = Rule(
    "U003",
    "nul-bytes",
    checks=Text("no NUL byte stands in the file", "NUL バイトがない"),
    says=Text(
        "NUL bytes stand in the file; a copy may have broken off",
        "途中に空白（NUL）のデータがあり、コピーが途中で切れた可能性があります",
    ),
    todo=Text("copy it again", "もう一度コピーしてください"),
    severity=Severity.HOLD,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: records are text; a copy made to size beforehand is zeros",
    may_pass=True,
)
NOT_CP932 = Rule(
    "U004",
    "not-cp932",
    checks=Text("the bytes are Shift_JIS (cp932)", "文字コードが Shift_JIS（cp932）である"),
    says=Text("the file is not in Shift_JIS", "文字コードが Shift_JIS ではありません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.HOLD,
    certainty=Certainty.CERTAIN,
    source=_SPECIFICATION,
)
TRUNCATED = Rule(
    "U005",
    "truncated",
    checks=Text("a whole GO record is the last one", "最後が完全な GO レコードである"),
    says=Text(
        "the last record is no whole GO record: the file is cut off", "最後の GO レコードがなく、途中で切れています"
    ),
    todo=_EXPORT_OR_COPY,
    severity=Severity.HOLD,
    kinds=_IR_FIRST,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: IR first, GO last; for 歯科 and 調剤 [M]",
    may_pass=True,
)
LAST_LINE_OPEN = Rule(
    "U006",
    "last-line-open",
    checks=Text("the last record has its line end", "最後のレコードに改行がある"),
    says=Text("the last record has no line end: the file is cut off", "最後のレコードに改行がなく、途中で切れています"),
    todo=_EXPORT_OR_COPY,
    severity=Severity.HOLD,
    kinds=_IR_FIRST,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: CRLF after each record",
    may_pass=True,
)
NO_PAYER = Rule(
    "U007",
    "no-payer",
    checks=Text("the header names its payer, 1 or 2", "審査支払機関が 1 または 2 である"),
    says=Text("the header names no payer", "審査支払機関が読めません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.HOLD,
    kinds=_CLAIMS,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: first record, field 1; for return files [M]",
)
NO_MONTH = Rule(
    "U008",
    "no-month",
    checks=Text("the header has its month, YYYYMM or GYYMM", "請求年月が YYYYMM または GYYMM である"),
    says=Text("the header has no readable claim month", "請求年月が読めません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.HOLD,
    kinds=_CLAIMS,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: 請求年月; for return files [M]",
)
NO_TOTALS = Rule(
    "U009",
    "no-totals",
    checks=Text("GO of the last volume has both totals", "最終ボリュームの GO に総件数と総合計点数がある"),
    says=Text("GO has no readable totals", "GO レコードの総件数または総合計点数が読めません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.HOLD,
    kinds=_MEDICAL,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: totals are blank only before the last volume; for other kinds [M]",
)
COUNT_DIFFERS = Rule(
    "U010",
    "count-differs",
    checks=Text("総件数 equals what the receipts make", "総件数がレセプトから数えた件数と一致する"),
    says=Text(
        "GO declares {0:,} 件 and the receipts make {1:,}",
        "件数が GO レコードの総件数と一致しません（総件数 {0:,} 件、数えた件数 {1:,} 件）",
    ),
    todo=_LOOK_IN_RECEIPT_PC,
    severity=Severity.HOLD,
    kinds=_MEDICAL,
    certainty=Certainty.CERTAIN,
    source="computed on 10 医科 files: per receipt 1 if HO is there, plus the number of KO",
)
POINTS_DIFFER = Rule(
    "U011",
    "points-differ",
    checks=Text("総合計点数 equals what the receipts make", "総合計点数がレセプトから数えた点数と一致する"),
    says=Text(
        "GO declares {0:,} 点 and the receipts make {1:,}",
        "点数が GO レコードの総合計点数と一致しません（総合計点数 {0:,} 点、数えた点数 {1:,} 点）",
    ),
    todo=_LOOK_IN_RECEIPT_PC,
    severity=Severity.HOLD,
    kinds=_MEDICAL,
    certainty=Certainty.CERTAIN,
    source="computed on 10 医科 files: HO field 5, or the first KO's where there is no HO",
)
VOLUMES_DISAGREE = Rule(
    "U012",
    "volumes-disagree",
    checks=Text(
        "the header's volume and GO's belong together: 00 and 99 for a single one, n and n+1 before the last",
        "ボリューム番号の組が正しい（1 巻なら 00 と 99、途中の巻は n と n+1）",
    ),
    says=Text("the volume numbers of the header and of GO do not fit", "ヘッダーと GO のボリューム番号が合いません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: マルチボリューム識別情報",
)
VOLUME_TOTALS = Rule(
    "U013",
    "volume-totals",
    checks=Text(
        "the totals of a claim's last volume are more than that volume's own",
        "複数ボリュームの総計が、最終ボリュームだけの値より大きい",
    ),
    says=Text(
        "the last of several volumes declares no more than its own receipts make",
        "最終ボリュームの総計に前のボリュームの分が含まれていません",
    ),
    todo=_LOOK_IN_RECEIPT_PC,
    severity=Severity.WARN,
    certainty=Certainty.MATCHED,
    source="follows from U010 and U012",
)
RECEIPT_ORDER = Rule(
    "U014",
    "receipt-order",
    checks=Text("receipt numbers ascend from 1", "レセプト番号が 1 から昇順である"),
    says=Text("receipt numbers do not ascend from 1", "レセプト番号が 1 からの昇順になっていません"),
    todo=_LOOK_IN_RECEIPT_PC,
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: RE field 1",
)
END_IN_THE_MIDDLE = Rule(
    "U015",
    "end-in-the-middle",
    checks=Text("nothing follows the first GO or HG", "最初の GO・HG の後にレコードがない"),
    says=Text(
        "records follow the closing record; two files may have become one", "終わりのレコードの後に続きがあります"
    ),
    todo=_EXPORT_AGAIN,
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: GO is the last record",
)
LINE_END = Rule(
    "U016",
    "line-end",
    checks=Text(
        "every record ends in CR LF and holds no other CR", "すべてのレコードが CR LF で終わり、途中に CR がない"
    ),
    says=Text(
        "a record does not end in CR LF, or holds a CR", "CR LF で終わらない、または途中に CR があるレコードがあります"
    ),
    todo=_EXPORT_AGAIN,
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source=_SPECIFICATION,
)
TREATMENT_LATE = Rule(
    "U017",
    "treatment-too-late",
    checks=Text("treatment lies before the claim month", "診療年月が請求年月より前である"),
    says=Text(
        "{0:,} receipts are for treatment in or after the claim month",
        "診療年月が請求年月以後のレセプトが {0:,} 枚あります",
    ),
    todo=_LOOK_IN_RECEIPT_PC,
    severity=Severity.WARN,
    certainty=Certainty.MATCHED,
    source="claims in month M are for treatment in M-1 or earlier",
)
TREATMENT_APART = Rule(
    "U018",
    "treatment-apart",
    checks=Text(
        "the newest treatment month is the one before the claim month", "最も新しい診療年月が請求年月の前月である"
    ),
    says=Text(
        "no receipt is for treatment in the month before the claim month",
        "請求年月の前月に診療したレセプトがありません",
    ),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.MATCHED,
    source="claims in month M are for treatment in M-1",
)
NO_PREFECTURE = Rule(
    "U019",
    "no-prefecture",
    checks=Text("the header's prefecture is 01 to 47", "都道府県が 01 から 47 である"),
    says=Text("the header names no prefecture", "都道府県が読めません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: first record, field 2",
)
NO_INSTITUTION = Rule(
    "U020",
    "no-institution",
    checks=Text("the institution's code is seven digits", "医療機関コードが 7 桁の数字である"),
    says=Text("the header has no institution code of seven digits", "医療機関コードが読めません"),
    todo=_EXPORT_AGAIN,
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: first record, field 4",
)
OTHER_TARIFF = Rule(
    "U021",
    "other-tariff",
    checks=Text("点数表 is 1 after IR, 3 after UK, 4 after YK", "点数表が IR では 1、UK では 3、YK では 4 である"),
    says=Text("the header's 点数表 is another kind's", "点数表がファイルの種類と合いません"),
    todo=_LOOK_IN_RECEIPT_PC,
    severity=Severity.WARN,
    certainty=Certainty.MATCHED,
    source="programs that write and read such files",
)
UNCLOSED_RETURN = Rule(
    "U022",
    "unclosed-return",
    checks=Text("a return file ends in HG", "返戻ファイルの最後が HG である"),
    says=Text("the return file does not end in HG; it may be cut off", "返戻ファイルの最後に HG がありません"),
    todo=Text("download it again", "もう一度ダウンロードしてください"),
    severity=Severity.WARN,
    certainty=Certainty.MATCHED,
    source="HI first, HG last in the programs that read them",
)
UNKNOWN_RECORD = Rule(
    "U023",
    "unknown-record",
    checks=Text("every record of a 医科 file is one we know", "医科のレコードがすべて既知である"),
    says=Text(
        "{0:,} records are of a kind we do not know; they are carried as they are",
        "未知のレコードが {0:,} 件あります（そのまま運びます）",
    ),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.MATCHED,
    source="the specification grows",
)
UNKNOWN_COLUMNS = Rule(
    "U024",
    "unknown-columns",
    checks=Text(
        "IR (10) and GO (4), and RE of 医科 (38) and DPC (30), have the columns we know",
        "IR（10）・GO（4）と、医科（38）・DPC（30）の RE の項目数が既知である",
    ),
    says=Text("{0:,} records have more or fewer columns than we know", "項目数が異なるレコードが {0:,} 件あります"),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.MATCHED,
    source="the specification grows",
)
NO_END_MARK = Rule(
    "U025",
    "no-end-mark",
    checks=Text("one 0x1A follows the last line end", "最後の改行の後に 0x1A が 1 つある"),
    says=Text("the end mark 0x1A is missing", "終端の 0x1A がありません"),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}; sometimes missing in the field",
)
HISTORY = Rule(
    "U026",
    "history-rows",
    checks=Text("no history rows of returned receipts", "返戻の履歴行がない"),
    says=Text("{0:,} history rows of returned receipts", "返戻の履歴行が {0:,} 行あります"),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.MATCHED,
    source="a re-claim file carries them byte for byte",
)
ZERO_TOTALS = Rule(
    "U027",
    "zero-totals",
    checks=Text("GO declares more than nothing", "GO の総計が 0 ではない"),
    says=Text(
        "GO declares 0 件 and 0 点, as files from the payer do; nothing was compared",
        "GO の総計が 0 件 0 点です（審査支払機関から来たファイル）。件数と点数は比較していません",
    ),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.CERTAIN,
    source=f"{_SPECIFICATION}: files that came from the payer",
)
CARRIED_BY_NAME = Rule(
    "U028",
    "carried-by-name",
    checks=Text("the structure is one we know", "構造が既知である"),
    says=Text(
        "known by its name or its first record only; the rest was not looked into",
        "名前または先頭レコードだけで判断しました（中身は確認していません）",
    ),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.MATCHED,
    source="報告書・労災・訪問看護: names only",
)
UNKNOWN_REPORT = Rule(
    "U029",
    "unknown-report",
    checks=Text("a report's name is one we know", "帳票の名前が既知である"),
    says=Text(
        "a file of a declared name that says nothing to us; it is carried as it is",
        "名前から内容がわからないファイルです（そのまま運びます）",
    ),
    todo=_NOTHING,
    severity=Severity.NOTE,
    certainty=Certainty.UNVERIFIED,
    source="report names differ between payers",
)

FILE_RULES = (
    EMPTY, UNKNOWN_KIND, NUL_BYTES, NOT_CP932, TRUNCATED, LAST_LINE_OPEN, NO_PAYER, NO_MONTH, NO_TOTALS, COUNT_DIFFERS,
    POINTS_DIFFER, VOLUMES_DISAGREE, VOLUME_TOTALS, RECEIPT_ORDER, END_IN_THE_MIDDLE, LINE_END, TREATMENT_LATE,
    TREATMENT_APART, NO_PREFECTURE, NO_INSTITUTION, OTHER_TARIFF, UNCLOSED_RETURN, UNKNOWN_RECORD, UNKNOWN_COLUMNS,
    NO_END_MARK, HISTORY, ZERO_TOTALS, CARRIED_BY_NAME, UNKNOWN_REPORT,
)  # fmt: skip
