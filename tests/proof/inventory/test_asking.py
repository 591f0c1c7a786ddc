import pytest

from gateway.proof.inventory.asking import NotObserved, lines, listed, said
from gateway.twin.namespace import Namespace


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(NotObserved, match=r"^cannot run no-such-program: it is not there\. install"):
        said("no-such-program")


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(NotObserved, match=r"^ip link show no-such-port: Device .* does not exist"):
        said("ip", "link", "show", "no-such-port")


def test_only_a_list_of_objects_is_taken() -> None:
    with pytest.raises(NotObserved, match="printed no JSON"):
        listed("echo", "words")
    with pytest.raises(NotObserved, match="something else than a list"):
        listed("echo", '{"a": 1}')
    assert listed("echo", '[{"a": 1}, {}]') == ({"a": 1},)
    assert listed("true") == ()


def test_a_list_the_kernel_does_not_keep_is_empty() -> None:
    assert lines("no_such_list") == ()


@pytest.mark.root
def test_it_is_the_threads_own_namespace_that_is_asked(namespace: Namespace) -> None:
    assert [one["ifname"] for one in namespace.call(listed, "ip", "-json", "link")] == ["lo"]
    assert [line.split(":")[0].strip() for line in namespace.call(lines, "dev")[2:]] == ["lo"]
