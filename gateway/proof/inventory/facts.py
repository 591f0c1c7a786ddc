"""All kinds together: what one box's kernel says of itself beside its ruleset, and the judgement of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.proof.inventory import (
    legacy,
    links,
    listeners,
    programs,
    protected,
    proxies,
    routes,
    rules,
    sessions,
    sysctls,
    traffic_control,
    transforms,
)
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Finding, RoutingRule


@dataclass(frozen=True, slots=True)
class Facts:
    """One field for each kind, as its module reads it. Holds no key, no packet, and no session but the suspicious ones."""

    links: tuple[links.Link, ...]
    rules: tuple[RoutingRule, ...]
    routes: tuple[routes.Route, ...]
    proxies: tuple[proxies.Proxy, ...]
    sysctls: sysctls.Settings
    traffic_control: traffic_control.TrafficControl
    transforms: tuple[transforms.Transform, ...]
    programs: tuple[programs.Program, ...]
    legacy: legacy.Legacy
    tracking: sessions.Tracking
    listeners: tuple[listeners.Listener, ...]


def read(site: Surroundings) -> Facts:
    """In the caller's network namespace. Raises NotObserved."""
    return Facts(
        links=links.read(),
        rules=rules.read(),
        routes=routes.read(),
        proxies=proxies.read(),
        sysctls=sysctls.read(site.ports.values()),
        traffic_control=traffic_control.read(),
        transforms=transforms.read(),
        programs=programs.read(),
        legacy=legacy.read(),
        tracking=sessions.read(site),
        listeners=listeners.read(),
    )


def judge(facts: Facts, site: Surroundings) -> tuple[Finding, ...]:
    """Everything foreign in `facts`; empty for a box that is only what its site file says. Pure."""
    return tuple(_findings(facts, site))


def _findings(facts: Facts, site: Surroundings) -> Iterator[Finding]:
    yield from links.judge(facts.links, site)
    yield from rules.judge(facts.rules, site)
    yield from routes.judge(facts.routes, site)
    yield from protected.judge(facts.routes, facts.rules, site)
    yield from proxies.judge(facts.proxies, site)
    yield from sysctls.judge(facts.sysctls, site)
    yield from traffic_control.judge(facts.traffic_control, site)
    yield from transforms.judge(facts.transforms, site)
    yield from programs.judge(facts.programs, site)
    yield from legacy.judge(facts.legacy, site)
    yield from sessions.judge(facts.tracking, site)
    yield from listeners.judge(facts.listeners, site)
