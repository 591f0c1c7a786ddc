import pytest

from gateway.firewall.nft import Nft, NftError
from gateway.twin.namespace import Namespace

pytestmark = pytest.mark.root


def tables(namespace: Namespace) -> set[str]:
    def look() -> set[str]:
        with Nft() as nft:
            return {entry["table"]["name"] for entry in nft.dump("list tables") if "table" in entry}

    return namespace.call(look)


def run(namespace: Namespace, commands: str) -> str:
    def act() -> str:
        with Nft() as nft:
            return nft.run(commands)

    return namespace.call(act)


def test_a_batch_takes_effect_in_the_callers_namespace(namespace: Namespace) -> None:
    run(namespace, "add table inet mine")
    assert tables(namespace) == {"mine"}


def test_one_bad_line_refuses_the_whole_batch(namespace: Namespace) -> None:
    with pytest.raises(NftError, match="syntax error"):
        run(namespace, "add table inet mine\nadd rule inet mine nowhere nonsense")
    assert tables(namespace) == set()


def test_the_kernels_refusal_is_one_line(namespace: Namespace) -> None:
    with pytest.raises(NftError) as caught:
        run(namespace, "delete table inet nobody")
    assert "\n" not in str(caught.value)
    assert "No such file or directory" in str(caught.value)


def test_list_gives_text_and_dump_gives_objects(namespace: Namespace) -> None:
    run(namespace, "table inet mine {\nchain c {\ntype filter hook input priority 0; policy drop;\n}\n}")
    assert "policy drop" in run(namespace, "list table inet mine")
