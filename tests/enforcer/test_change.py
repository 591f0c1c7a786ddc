from gateway.enforcer.change import ChangeKind, Who


def test_who_is_named_as_far_as_the_kernel_knows() -> None:
    assert str(Who(4711, "nft")) == "nft (pid 4711)"
    assert str(Who(4711, "")) == "unknown program (pid 4711)"


def test_kinds_read_as_words() -> None:
    assert f"{ChangeKind.ROUTING_RULE}: ipv4 rule 5 set" == "routing rule: ipv4 rule 5 set"
