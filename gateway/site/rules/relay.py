"""The relay: who hands files in, and to which terminal they go."""

from collections.abc import Iterator

from gateway.site.layout import Role, Zone
from gateway.site.model import Drop, Site
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, repeated, terminals
from gateway.site.tree import Path

BOX_SSH_PORT = 22  # the box's own sshd, RFC 4253
_DROP: Path = ("relay", "drop")


def relay_stands_at_router_a(site: Site) -> Iterator[Finding]:
    """Files come from lan, so only router A can carry them."""
    if site.relay is not None and Role.A not in site.roles:
        text = "relay carries files from lan, and this box has role b only. take relay: out, or give the box role a"
        yield Finding(("relay",), text, LAYOUT_AND_ROLES, at_key=True)


def server_is_a_claim_terminal(site: Site) -> Iterator[Finding]:
    """Claim files go to a terminal in the claim zone and nowhere else (C2)."""
    if site.relay is None:
        return
    terminal = site.relay.terminal
    server = terminal.server
    known = [address for zone, terminal, _ in terminals(site) if zone is Zone.CLAIM for address in terminal.addresses]
    if server not in known:
        text = f"relay.terminal server {server} is no terminal in claim. write one of {', '.join(map(str, known))}"
        way = "smb" if terminal.smb else "sftp"
        yield Finding(("relay", "terminal", way, "server"), text, (("zones", "claim"),))


def folders_differ(site: Site) -> Iterator[Finding]:
    """What is put and what is taken must not mix: Windows takes small and capital letters as the same."""
    terminal = site.relay.terminal if site.relay else None
    if terminal is not None and terminal.claims.casefold() == terminal.returns.casefold():
        text = f"relay.terminal has {terminal.returns} for claims and for returns. name two folders"
        relies_on: tuple[Path, ...] = (("relay", "terminal", "claims"), ("relay", "terminal", "returns"))
        yield Finding(("relay", "terminal", "returns"), text, relies_on)


def people_have_keys(site: Site) -> Iterator[Finding]:
    """Over SFTP a person is known by a key, never by a password."""
    drop = site.relay.drop if site.relay else Drop()
    people = (*_DROP, "people")
    if drop.sftp is not None:
        keyed = [person for person in drop.people if person.sftp_key_file is not None]
        if drop.sftp.port == BOX_SSH_PORT:
            text = f"relay.drop.sftp port {BOX_SSH_PORT} is the box's own SSH. write another, such as 2222"
            yield Finding((*_DROP, "sftp", "port"), text)
        if not drop.smb:
            for index, person in enumerate(drop.people):
                if person.sftp_key_file is None:
                    text = f"{person.name} can hand in over SFTP only and has no key. add sftp_key_file:"
                    yield Finding((*people, index), text, ((*people, index, "sftp_key_file"), (*_DROP, "smb")))
        if not drop.people or (drop.smb and not keyed):
            text = "relay.drop.sftp is open to nobody. name people: with sftp_key_file:, or take sftp: out"
            yield Finding((*_DROP, "sftp"), text, (people,), at_key=True)
    seen: set[str] = set()
    for index, person in enumerate(drop.people):
        if person.name in seen:
            yield Finding(
                (*people, index, "name"), f"a second person is named {person.name}. give each a name of their own"
            )
        seen.add(person.name)
    yield from _logons_differ(drop)
    if site.relay is not None:
        yield from repeated(site.relay.returns.patterns, ("relay", "returns", "patterns"), "pattern")


def _logons_differ(drop: Drop) -> Iterator[Finding]:
    """Windows takes small and capital letters of an account as the same."""
    seen: dict[str, str] = {}
    for index, person in enumerate(drop.people):
        other = seen.setdefault(person.logon.casefold(), person.name)
        if other != person.name:
            path: Path = (*_DROP, "people", index, "account" if person.account else "name")
            yield Finding(path, f"{person.name} would log on as {other} does. give each an account: of their own")


RULES: tuple[Rule, ...] = (relay_stands_at_router_a, server_is_a_claim_terminal, folders_differ, people_have_keys)
