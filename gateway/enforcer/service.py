"""One request, done and told: the same for a client of the daemon and for a command that works without it."""

from typing import Any

from gateway.enforcer import doors, requests
from gateway.enforcer.box import Box, Outcome
from gateway.enforcer.box import Request as Wanted
from gateway.enforcer.store import entry_data
from gateway.enforcer.tunnel import ANSWER_TIMEOUT_S, told
from gateway.tunnel.door import Door


def perform(box: Box, request: requests.Request, who: str) -> dict[str, Any]:
    """Do it in this thread. Returns JSON data. Raises EnforcerError."""
    match request:
        case requests.Apply():
            wanted = Wanted(request.site.encode(), who, request.comment, request.confirm_within, request.unproved)
            return _outcome(box.apply(wanted))
        case requests.Confirm():
            return {"site": entry_data(box.confirm(who))}
        case requests.Rollback():
            return _outcome(box.rollback(who, request.steps))
        case requests.Grant():
            lasts = box.grant(request.name, who, request.lasts, request.source)
            return {"grant": request.name, "lasts_s": lasts.total_seconds()}
        case requests.Revoke():
            return {"grant": request.name, "was_open": box.revoke(request.name, who)}
        case requests.Grants():
            return {"grants": grants(box)}
        case requests.Status():
            return status(box)


def status(box: Box) -> dict[str, Any]:
    """How the box stands, as far as the state directory and the kernel tell."""
    live = box.observe()
    entry, trial, said = box.standing.in_force, box.standing.trial, box.proof.last
    return {
        "table": live.text is not None and not live.dormant,
        "held": live.held,
        "latched": live.latched,
        "foreign_hooks": list(live.foreign_hooks),
        "site": entry and entry_data(entry),
        "trial_left_s": box.trial_left_s if trial else None,
        "windows": windows(box) if entry else [],
        "grants": grants(box) if entry else [],
        "tunnel": _tunnel(box) if entry else None,
        "clock_believed": box.clock.synchronised(),
        "proof": said and {"at": said.at.isoformat(), "refusal": said.refusal, "seconds": said.seconds},
    }


def _tunnel(box: Box) -> dict[str, Any] | None:
    """Null where this box holds none."""
    wanted = box.in_force().desired.tunnel
    if wanted is None:
        return None
    return told(Door(box.own_end.door, ANSWER_TIMEOUT_S), tuple(one.name for one in wanted.connections))


def grants(box: Box) -> list[dict[str, Any]]:
    """Every declared grant; `open_for_s` is null when it is shut."""
    return [
        {
            "grant": one.name,
            "at_most_s": one.at_most.total_seconds(),
            "sources": list(one.sources),
            "open_for_s": None if one.open_for is None else one.open_for.total_seconds(),
        }
        for one in box.grants()
    ]


def windows(box: Box) -> list[dict[str, Any]]:
    """Every window; `open_for_s` is what the kernel says, null when it is shut."""
    sets = box.observe().sets
    return [
        {"window": flow, "open_for_s": None if left is None else left.total_seconds()}
        for flow, left in (
            (door.set_name.removeprefix("open_"), doors.left(sets, door.set_name).get(door.element))
            for door in box.windows()
        )
    ]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    applied = outcome.applied
    return {
        "site": entry_data(outcome.entry),
        "flows": len(applied.desired.policy.flows),
        "rules": applied.rule_count,
        "changes": list(map(str, applied.changes)),
        "latch_lifted": applied.latch_lifted,
        "cut": applied.cut,
        "confirm_within_s": outcome.deadline_s,
    }
