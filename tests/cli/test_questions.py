import pytest

from gateway.cli.questions import QUESTIONS, each, listed, read_service, typed
from gateway.site.values import Address

BY_NAME = {question.name: question for question in QUESTIONS}


def test_names_are_flags_and_each_is_asked_once() -> None:
    assert len(BY_NAME) == len(QUESTIONS)
    assert BY_NAME["lan-port"].flag == "--lan-port"


def test_every_question_is_asked_in_both_languages() -> None:
    assert all(question.en and question.ja for question in QUESTIONS)


def test_lists_are_separated_by_commas() -> None:
    assert listed(" a, b,,c ") == ("a", "b", "c")


@pytest.mark.parametrize("text", ["", " , ", "192.168.10.300", "192.168.10.1 192.168.10.2"])
def test_a_list_refuses_what_one_item_would(text: str) -> None:
    with pytest.raises(ValueError, match=r"\. write "):
        each(typed(Address))(text)


@pytest.mark.parametrize("text", ["443", "tcp", "tcp x", "sctp 1", "tcp 0", "tcp 70000", "tcp 10-5"])
def test_what_is_no_service(text: str) -> None:
    with pytest.raises(ValueError, match=r"\. write "):
        read_service(text)


@pytest.mark.parametrize(("given", "default"), [("192.168.10.1/24", "192.168.10.21"), ("10.0.0.21/24", "10.0.0.1")])
def test_a_default_is_never_the_boxs_own_address(given: str, default: str) -> None:
    answers = {"layout": "ip-vpn/claim", "roles": "a", "lan-address": given}

    assert BY_NAME["receipt-pc"].default(answers) == default


def test_a_default_follows_the_families_of_the_line() -> None:
    answers = {"layout": "ip-vpn/claim", "roles": "b", "uplink": "static", "wan-address": "2001:db8:ff::2/64"}

    assert BY_NAME["claim-system"].default(answers) == "2001:db8:c::/48"
    assert BY_NAME["next-hop"].default(answers) == "2001:db8:ff::1"


@pytest.mark.parametrize("text", ["", "c", "a,a", "a b"])
def test_roles(text: str) -> None:
    with pytest.raises(ValueError, match="write a, b or a,b"):
        BY_NAME["roles"].read(text)
