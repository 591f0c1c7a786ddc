"""The box as the enforcer keeps it: which site is in force, who may change it, and what is open for a time.

Synchronous and for one thread: the daemon calls it from its worker, a command without a daemon calls it directly, under
the same lock. It acts in the network namespace of its thread.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from gateway.enforcer import confirmation, connections, doors, messages, names
from gateway.enforcer.clock import Clock
from gateway.enforcer.confirmation import Entry, Standing
from gateway.enforcer.declared import Declared, declared
from gateway.enforcer.desired import THIS_BOX, OwnEnd
from gateway.enforcer.errors import ApplyError, NotNow, StateError
from gateway.enforcer.proof import CONFIRM_ONLY, Proof
from gateway.enforcer.proving import Tolerant
from gateway.enforcer.store import Store, digest_of
from gateway.enforcer.transaction import Applied, apply
from gateway.firewall import part as firewall
from gateway.firewall.nft import Nft
from gateway.firewall.observed import Observed
from gateway.journal import tell
from gateway.policy.learned import Learned
from gateway.policy.model import Granted
from gateway.policy.schedule import schedule
from gateway.site.values import IpAddress
from gateway.tunnel.errors import TunnelError
from gateway.tunnel.part import refuse_unusable
from gateway.tunnel.session import Keeper

TRIAL_MAX = timedelta(hours=1)
_BOOT = "boot"


@dataclass(frozen=True, slots=True)
class Request:
    """A site somebody wants in force. `confirm_within` None: it is confirmed at once. `unproved`: why without proof."""

    text: bytes
    who: str
    comment: str = ""
    confirm_within: timedelta | None = None
    unproved: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request. `deadline_s` is left to confirm it; None: nothing to confirm."""

    entry: Entry
    applied: Applied
    deadline_s: float | None = None


class Box:
    """`run_dir` is lost when the box starts anew (tmpfs); that is how a trial knows that it is over."""

    def __init__(
        self,
        store: Store,
        run_dir: Path,
        *,
        clock: Clock,
        door: Nft | None = None,
        proof: Proof = CONFIRM_ONLY,
        own_end: OwnEnd = THIS_BOX,
        keeper: Keeper | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.door = door
        self.proof = proof
        self.own_end = own_end
        self.keeper = keeper
        """Who keeps the tunnel up, where somebody does: it is told of one only once that is proved and in force."""
        self._boot = _boot_name(run_dir)
        self.standing = store.standing()
        self.declared: Declared | None = None
        """What is, or should be, in force; None before the first apply."""
        self.granted: set[str] = set()
        """The grants that are open, as far as this process knows."""

    def start(self, first: Path | None = None) -> Outcome:
        """Put in force what counts: the site on trial in this boot, else the last confirmed one, else the file `first`.

        Raises NotNow when there is none of them, Unfit and ApplyError as `apply` does.
        """
        trial = self.standing.trial
        if trial and confirmation.is_over(trial, self.clock.up_s(), self._boot):
            self._write(confirmation.withdrawn(self.standing))
            tell(messages.TRIAL_OVER, digest=trial.entry.short, who=trial.entry.who)
        entry = self.standing.in_force
        if entry is None:
            return self._first(first)
        self.declared = self._read(entry.digest)
        return Outcome(entry, self._transact(self.declared, entry), self.trial_left_s)

    def apply(self, request: Request) -> Outcome:
        """Put a site in force; the confirmed one needs no trial. Raises Unfit, NotNow, ApplyError, StateError: then what was in force is again, or still."""
        within = request.confirm_within
        if within is not None and not timedelta() < within <= TRIAL_MAX:
            raise NotNow(f"a site may be on trial for {doors.spoken(TRIAL_MAX)} at most. ask for less")
        digest = self.store.keep(request.text)
        wanted = self._read(digest)
        self._need_usable_credentials(wanted)
        last = self.standing.last
        entry = Entry(
            self.standing.next_number, digest, self.clock.now(), request.who, request.comment, request.unproved
        )
        same = last is not None and (last.digest, last.unproved) == (digest, request.unproved)
        if self.standing.trial is None and last is not None and same:
            self.declared = wanted
            return Outcome(last, self._transact(wanted, last))
        if within is None:
            return self._adopt(entry, wanted)
        return self._try(entry, wanted, within)

    def confirm(self, who: str) -> Entry:
        """What is on trial counts from now on. Raises NotNow when nothing is."""
        self._write(confirmation.confirmed(self.standing))
        entry = self.standing.confirmed[-1]
        tell(messages.CONFIRMED, digest=entry.short, who=who)
        return entry

    def rollback(self, who: str, steps: int | None = None) -> Outcome:
        """End the trial; or, without one or with `steps`, put an earlier confirmed site in force. Raises NotNow."""
        trial = self.standing.trial
        if trial is not None:
            if steps is not None:
                raise NotNow("a site is on trial. take it back first, with rollback and no number")
            return self.take_back(who)
        back = confirmation.earlier(self.standing, 1 if steps is None else steps)
        comment = f"back to number {back.number}"
        entry = Entry(self.standing.next_number, back.digest, self.clock.now(), who, comment, back.unproved)
        return self._adopt(entry, self._read(back.digest))

    def take_back(self, who: str) -> Outcome:
        """The trial failed, or its time is over: the last confirmed site again."""
        trial = self.standing.trial
        if trial is None or self.standing.last is None:
            raise NotNow("nothing is on trial")
        # First the word, then the deed: killed in between, the next start puts the confirmed site in force.
        self._write(confirmation.withdrawn(self.standing))
        tell(messages.TAKEN_BACK, digest=trial.entry.short, who=who)
        entry = self.standing.last
        self.declared = self._read(entry.digest)
        return Outcome(entry, self._transact(self.declared, entry))

    @property
    def proof_in_force(self) -> Proof:
        """The proof as it counts for what is in force."""
        return self._proof_for(self.standing.in_force)

    @property
    def trial_left_s(self) -> float | None:
        """Seconds until the site on trial is taken back; None when nothing is on trial."""
        trial = self.standing.trial
        return None if trial is None else max(0.0, trial.deadline_s - self.clock.up_s())

    def grant(self, name: str, who: str, asked: timedelta | None, source: IpAddress | None) -> timedelta:
        """Open a grant. Returns for how long. Raises NotNow if it may not be given so."""
        opened = doors.granted(self.in_force().desired.policy, name, asked, source)
        self.set_doors(opened)
        self.granted.add(name)
        lasts = opened[0].left
        tell(
            messages.GRANTED,
            grant=name,
            sources=", ".join(door.element for door in opened),
            lasts=doors.spoken(lasts),
            who=who,
        )
        return lasts

    def revoke(self, name: str, who: str) -> bool:
        """Close a grant and end its sessions. Returns whether it was open."""
        policy = self.in_force().desired.policy
        gone = doors.withdrawn(policy, name, self.observe().sets)
        self.set_doors(gone)
        self.granted.discard(name)
        if gone:
            tell(messages.REVOKED, grant=name, who=who)
        return bool(gone)

    def grants(self) -> tuple[doors.Opening, ...]:
        """Every grant the site declares, as it stands."""
        return doors.grants(self.in_force().desired.policy, self.observe().sets)

    @property
    def has_grants(self) -> bool:
        """Whether the site declares any."""
        return any(isinstance(flow.when, Granted) for flow in self.in_force().desired.policy.flows)

    def windows(self) -> tuple[doors.Door, ...]:
        """Every window as it should be now; all shut while nobody disciplines the clock."""
        wanted = self.in_force()
        known = self.clock.synchronised()
        times = schedule(wanted.desired.policy, self.clock.now()) if known else None
        return doors.windows(wanted.desired.policy, wanted.ports, times)

    def set_doors(self, wanted: tuple[doors.Door, ...]) -> None:
        """Open and shut. What ran through a door that is shut ends first, so that none resumes when it opens again."""
        live = self.observe()
        commands = doors.commands(wanted, live.sets)
        if not commands:
            return
        policy = self.in_force().desired.policy
        if any(door.left for door in wanted):
            connections.purge(policy, live)
        self._nft(lambda nft: nft.run(commands))
        if not all(door.left for door in wanted):
            connections.purge(policy, self.observe())

    def learn(self, learned: Learned) -> tuple[IpAddress, ...]:
        """Let terminals to what a name stands for, for as long as the answer says. Returns the addresses that may not be."""
        if self.declared is None:
            return ()
        policy, sets = self.declared.desired.policy, self.observe().sets
        wanted = names.learned_doors(policy, learned, sets)
        self.set_doors(doors.due(wanted, sets))
        return names.refused(policy, learned)

    def is_in_force(self, file: Path) -> bool:
        """Whether `file` says what is in force; a file that cannot be read does not."""
        entry = self.standing.in_force
        try:
            return entry is not None and digest_of(file.read_bytes()) == entry.digest
        except OSError:
            return False

    def observe(self) -> Observed:
        """The live table."""
        return firewall.observe(self.door)

    def _first(self, first: Path | None) -> Outcome:
        if first is None:
            raise NotNow("no site was ever confirmed on this box. apply one: claim-gateway apply SITE")
        try:
            text = first.read_bytes()
        except OSError as error:
            raise NotNow(
                f"{first}: {error.strerror}. no site was ever confirmed on this box: it stays closed"
            ) from error
        declared(first, self.own_end)  # its mistakes are told by the name people know
        return self.apply(Request(text, "the enforcer's start", "the first site of this box"))

    def _adopt(self, entry: Entry, wanted: Declared) -> Outcome:
        after = confirmation.adopted(self.standing, entry)
        before = self.declared
        self.declared = wanted
        try:
            applied = self._transact(wanted, entry)
        except ApplyError:
            self.declared = before
            raise
        try:
            self._write(after)
        except StateError:
            self.declared = before
            if before is not None:
                self._transact(before, self.standing.in_force)
            raise
        self._say_unproved(entry)
        return Outcome(entry, applied)

    def _try(self, entry: Entry, wanted: Declared, within: timedelta) -> Outcome:
        deadline_s = self.clock.up_s() + within.total_seconds()
        before = self.declared
        # Killed from here on, the next start knows that nobody confirmed this.
        self._write(confirmation.tried(self.standing, entry, deadline_s, self._boot))
        self.declared = wanted
        try:
            applied = self._transact(wanted, entry)
        except ApplyError:
            self.declared = before
            self._write(confirmation.withdrawn(self.standing))
            raise
        tell(messages.ON_TRIAL, digest=entry.short, who=entry.who, within=doors.spoken(within))
        self._say_unproved(entry)
        return Outcome(entry, applied, within.total_seconds())

    def _read(self, digest: str) -> Declared:
        return declared(self.store.site_file(digest), self.own_end)

    def _need_usable_credentials(self, wanted: Declared) -> None:
        """Somebody who asks for a site is told of a wrong key at once; at a start the tunnel alone waits for a better one."""
        try:
            refuse_unusable(wanted.desired.tunnel, self.own_end.folder, self.clock.now())
        except TunnelError as error:
            tell(messages.REFUSED, reason=str(error), state="nothing was changed")
            raise ApplyError(f"{error}; nothing was changed") from error

    def _transact(self, wanted: Declared, entry: Entry | None) -> Applied:
        with self.keeper.paused() if self.keeper else nullcontext():
            applied = apply(wanted.desired, door=self.door, proof=self._proof_for(entry))
            if self.keeper:
                self.keeper.want(wanted.desired.tunnel, self.own_end.folder)
        return applied

    def _proof_for(self, entry: Entry | None) -> Proof:
        return Tolerant(self.proof) if entry is not None and entry.unproved else self.proof

    def _say_unproved(self, entry: Entry) -> None:
        if entry.unproved:
            tell(messages.UNPROVED, digest=entry.short, who=entry.who, why=entry.unproved)

    def in_force(self) -> Declared:
        """What is, or should be, in force. Raises NotNow when nothing is."""
        if self.declared is None:
            entry = self.standing.in_force
            if entry is None:
                raise NotNow("no site is in force. apply one: claim-gateway apply SITE")
            self.declared = self._read(entry.digest)
        return self.declared

    def _write(self, standing: Standing) -> None:
        self.store.write(standing)
        self.standing = standing

    def _nft(self, act: Callable[[Nft], str]) -> None:
        if self.door is not None:
            act(self.door)
            return
        with Nft() as door:
            act(door)


def _boot_name(run_dir: Path) -> str:
    """A name for this start of the box: the run directory forgets it when the box does."""
    path = run_dir / _BOOT
    try:
        run_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not path.exists():
            whole = path.with_name(f".{_BOOT}.new")
            whole.write_text(uuid4().hex)
            whole.rename(path)
        return path.read_text()
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}") from error
