import pytest

from gateway.release.bill import bill


def test_a_wheel_is_named_by_its_package_and_held_to_its_digest() -> None:
    made = bill("1.0", {"pydantic_core-2.50.4-cp311-cp311-manylinux_2_17_x86_64.whl": "ab" * 32}, ["nftables"])

    wheel, debian = made["components"]
    assert wheel["name"] == "pydantic-core"
    assert wheel["purl"].startswith("pkg:pypi/pydantic-core@2.50.4?")
    assert wheel["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert debian["purl"] == "pkg:deb/debian/nftables"
    assert len({one["bom-ref"] for one in made["components"]}) == 2


def test_what_is_no_wheel_is_refused() -> None:
    with pytest.raises(ValueError, match=r"notes\.txt"):
        bill("1.0", {"notes.txt": ""}, [])
