"""A Jinja test for the role: whether the `management:` of a site lets an address in by SSH."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any


def admitting(management: Mapping[str, Any], address: str) -> bool:
    """Whether SSH is declared and `address` is in one of the `from` networks of the other side's own family."""
    return bool(management.get("ssh")) and any(
        ip_address(address) in ip_network(network) for network in management.get("from", ())
    )


class TestModule:
    """What Ansible looks for in a plugin file (ansible.builtin.tests)."""

    def tests(self) -> dict[str, Callable[[Mapping[str, Any], str], bool]]:
        """The tests by name."""
        return {"claim_gateway_admitting": admitting}
