"""What every dnsmasq here is told: it serves one port and knows no other, and keeps its words for the journal (dnsmasq(8))."""

PROGRAM = "/usr/sbin/dnsmasq"
CHECK = (PROGRAM, "--test", "--conf-file={}")


def bound_to(port: str) -> tuple[str, ...]:
    """The first paragraph of its file. It never was root, so there is no user to become."""
    return (
        f"interface={port}",
        "except-interface=lo",
        "bind-dynamic",
        "user=",
        "group=",
        "pid-file=",
        "log-facility=-",
        "no-hosts",
    )
