import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.draft import draft
from gateway.cli.init import answers_from_flags
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.words import UNPRINTABLE


def loaded(text: str) -> Site:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        return load_site(Path(file.name))


NAMES = st.text(min_size=1, max_size=80).filter(lambda text: not UNPRINTABLE.search(text) and text.strip())


@given(name=NAMES, person=NAMES)
def test_any_name_comes_back_as_it_was_given(name: str, person: str) -> None:
    answers = answers_from_flags({"name": name, "vendor": person}, defaults=True)

    site = loaded(draft(answers, "en"))

    assert site.site.name == name
    assert site.responsible.vendor.name == person


def test_comments_follow_the_language() -> None:
    answers = answers_from_flags({}, defaults=True)

    assert "# whom to call" in draft(answers, "en")
    assert "# 連絡先" in draft(answers, "ja")


def test_a_tunnel_upstream_is_said_so() -> None:
    answers = answers_from_flags({"layout": "ipsec-router/claim", "roles": "a"}, defaults=True)

    assert "tunnel: {held_by: upstream}" in draft(answers, "en")
