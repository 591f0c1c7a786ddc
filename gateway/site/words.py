"""The texts of a site file: names, codes, phone numbers, folder names. And how a mistake quotes what the vendor wrote."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

SHOWN_MAX_CHARS = 60
# Control characters, surrogates, and what changes the direction of a line: a terminal must not be repainted by a file.
UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def one_line(text: str) -> str:
    """`text` without characters that could forge a line or repaint a terminal."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def shown(value: object) -> str:
    """`value` as a mistake quotes it: text in quotes, on one line, at most SHOWN_MAX_CHARS characters of it."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "a table"
        case list():
            return "a list"
    text = one_line(str(value))
    text = text if len(text) <= SHOWN_MAX_CHARS else text[: SHOWN_MAX_CHARS - 1] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def wrong(what: str, todo: str) -> PydanticCustomError:
    """A value's mistake. The texts may quote the vendor's input; pydantic must not read its braces as a template."""
    return PydanticCustomError("site_value", "{text}", {"text": f"{what}. {todo}"})


def text_of(value: Any) -> str:
    """`value` if it is text. Raises PydanticCustomError otherwise: YAML made a number or a truth value of it."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "is not text")
    return value


def _matching(pattern: str, what: str, todo: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise wrong(f"{shown(text)} is not {what}", todo)
        return text

    return AfterValidator(check)


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$", "examples": [example]})


_LABEL = r"[^\x00-\x1f\x7f]{1,80}"
_SLUG = r"[a-z][a-z0-9-]{0,23}"
_PREFECTURE = r"0[1-9]|[1-3][0-9]|4[0-7]"
_INSTITUTION_CODE = r"[0-9]{7}"
_PHONE = r"[0-9+() -]{5,20}"
_ACCOUNT = r"[A-Za-z0-9._-]{1,32}"
_SHARE = r"[^\x00-\x1f\\/:*?\"<>|\[\]+=;,]{1,80}"
_FOLDER = r"[^\x00-\x1f\\/:*?\"<>|.][^\x00-\x1f\\/:*?\"<>|]{0,79}"
_REMOTE_FOLDER = r"(?!.*(^|/)\.\.(/|$))[^\x00-\x1f\\*?\"<>|]{1,200}"
_DOMAIN_NAME = r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+"
_SOCKET = r"/[^\x00]+"
_RULE_ID = r"[US][0-9]{3}"

Label = Annotated[
    str,
    _matching(_LABEL, "a name of 1 to 80 characters", "write it on one line"),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 80}),
]
Slug = Annotated[
    str,
    _matching(_SLUG, "a short name", "use small letters, digits and '-', at most 24, such as vendor-ssh"),
    _schema(_SLUG, "vendor-ssh"),
]
Prefecture = Annotated[
    str,
    _matching(_PREFECTURE, "a prefecture's number", 'write two digits in quotes, "01" to "47"'),
    _schema(_PREFECTURE, "13"),
]
InstitutionCode = Annotated[
    str,
    _matching(_INSTITUTION_CODE, "an institution code", 'write its seven digits in quotes, such as "1312345"'),
    _schema(_INSTITUTION_CODE, "1312345"),
]
Phone = Annotated[
    str,
    _matching(_PHONE, "a phone number", "write 5 to 20 digits and hyphens, such as 03-0000-0000"),
    _schema(_PHONE, "03-0000-0000"),
]
Account = Annotated[
    str,
    _matching(_ACCOUNT, "an account name", "use letters, digits, '.', '_' and '-', at most 32, such as relay"),
    _schema(_ACCOUNT, "relay"),
]
ShareName = Annotated[
    str,
    _matching(_SHARE, "a share's name", "write the share alone, without \\\\server\\, such as receipt"),
    _schema(_SHARE, "receipt"),
]
Folder = Annotated[
    str,
    _matching(_FOLDER, "a folder's name", "write one folder inside the share, such as claims"),
    _schema(_FOLDER, "claims"),
]
RemoteFolder = Annotated[
    str,
    _matching(
        _REMOTE_FOLDER, "a folder of an SSH server", "write it with /, without '..', such as receipt or /C:/receipt"
    ),
    _schema(r"[^\x00-\x1f\\*?\"<>|]{1,200}", "/C:/receipt"),
]
DomainName = Annotated[
    str,
    _matching(_DOMAIN_NAME, "a domain name", "write it in small letters, such as update.example.jp"),
    _schema(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", "update.example.jp"),
]
RuleId = Annotated[
    str,
    _matching(_RULE_ID, "a rule's id", "write it as docs/inspection.md does, such as U017"),
    _schema(_RULE_ID, "U017"),
]
SocketPath = Annotated[
    str,
    _matching(_SOCKET, "a socket's path", "write it from the root, such as /run/clamav/clamd.ctl"),
    _schema(_SOCKET, "/run/clamav/clamd.ctl"),
]
