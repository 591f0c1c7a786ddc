"""What may be asked over the control socket: one JSON object a line, each with `do`; and what the errors are called there."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, TypeAdapter

from gateway.enforcer.errors import (
    ApplyError,
    Busy,
    EnforcerError,
    NotNow,
    PurgeError,
    Refuted,
    StateError,
    Unfit,
)
from gateway.site.reading import SITE_FILE_MAX_BYTES
from gateway.site.values import Address

LINE_MAX_BYTES = 4 * SITE_FILE_MAX_BYTES
"""The longest request: a site file in which every character had to be escaped, and then some."""
COMMENT_MAX_CHARS = 200


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Apply(_Request):
    """Put a site in force."""

    do: Literal["apply"] = "apply"
    site: Annotated[str, Field(max_length=SITE_FILE_MAX_BYTES)]
    comment: Annotated[str, Field(max_length=COMMENT_MAX_CHARS)] = ""
    confirm_within: timedelta | None = None
    unproved: Annotated[str, Field(max_length=COMMENT_MAX_CHARS)] = ""
    """Why it should be in force without proof."""


class Confirm(_Request):
    """What is on trial counts."""

    do: Literal["confirm"] = "confirm"


class Rollback(_Request):
    """The trial is over, or an earlier site is wanted."""

    do: Literal["rollback"] = "rollback"
    steps: Annotated[int, Field(ge=1)] | None = None


class Grant(_Request):
    """Open a grant. Without `lasts` for as long as it may, without `source` for everybody it may be for."""

    do: Literal["grant"] = "grant"
    name: Annotated[str, Field(max_length=100)]
    lasts: timedelta | None = None
    source: Address | None = None


class Revoke(_Request):
    """Shut a grant."""

    do: Literal["revoke"] = "revoke"
    name: Annotated[str, Field(max_length=100)]


class Grants(_Request):
    """How the grants stand."""

    do: Literal["grants"] = "grants"


class Status(_Request):
    """How the box stands."""

    do: Literal["status"] = "status"


Request = Apply | Confirm | Rollback | Grant | Revoke | Grants | Status
REQUESTS: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Discriminator("do")])

KINDS: dict[str, type[EnforcerError]] = {
    "refused": ApplyError,
    "refuted": Refuted,
    "unfit": Unfit,
    "busy": Busy,
    "not-now": NotNow,
    "state": StateError,
    "purge": PurgeError,
}


def kind_of(error: EnforcerError) -> str:
    """The word an error travels under."""
    return next((kind for kind, one in KINDS.items() if isinstance(error, one)), "refused")
