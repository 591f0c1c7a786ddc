import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.enforcer import errors
from gateway.enforcer.errors import EnforcerError
from gateway.enforcer.requests import COMMENT_MAX_CHARS, KINDS, REQUESTS, Apply, Grant, kind_of
from gateway.site.reading import SITE_FILE_MAX_BYTES


def test_a_request_travels_as_one_line_and_comes_out_as_it_was() -> None:
    for request in (
        Apply.model_validate({"site": "名: 若葉\n", "comment": "新しい", "confirm_within": 300}),
        Grant.model_validate({"name": "x", "lasts": 60, "source": "2001:db8::1"}),
    ):
        line = request.model_dump_json()
        assert "\n" not in line
        assert REQUESTS.validate_json(line) == request


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    try:
        REQUESTS.validate_json(data)
    except ValidationError:
        return
    raise AssertionError(data)


@pytest.mark.parametrize(
    "change", [{"site": "x" * (SITE_FILE_MAX_BYTES + 1)}, {"comment": "x" * (COMMENT_MAX_CHARS + 1)}, {"more": 1}]
)
def test_what_is_too_long_or_too_much_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Apply.model_validate({"site": ""} | change)


def test_every_error_has_a_word_and_comes_back_as_itself() -> None:
    mine = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, EnforcerError)}
    assert set(KINDS.values()) == mine - {EnforcerError}
    assert all(KINDS[kind_of(kind("x"))] is kind for kind in KINDS.values())
