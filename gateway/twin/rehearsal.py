"""The whole gateway on one machine, once: wires, policy, proof, every pair probed, sessions end to end, a file each way."""

import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gateway.enforcer.transaction import Applied
from gateway.policy.model import FAMILIES, Policy
from gateway.policy.places import way_out
from gateway.proof.child import prove_apart
from gateway.proof.model import Answer, Verdict
from gateway.proof.observe import evidence
from gateway.proof.observe import observe as observe_box
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import SftpFolder, Site, SmbShare, TerminalShare
from gateway.site.values import IpAddress, PortRange
from gateway.twin import frames, samples
from gateway.twin.build import CARD, Twin
from gateway.twin.carrying import Carried, Carrier
from gateway.twin.claim_system import PORT, ClaimSystem
from gateway.twin.matrix import Row, control, observe
from gateway.twin.plan import box_faces
from gateway.twin.relay_process import RelayProcess
from gateway.twin.server import ServerError
from gateway.twin.shared_folder import SharedFolder, round_trip
from gateway.twin.smbd import Smbd
from gateway.twin.sshd import Sshd

_PROBE_TEXT = "受付から端末の共有フォルダへ".encode("cp932")


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """One real session: who to what, what was seen, and whether that is what the site file declares."""

    origin: str
    target: str
    outcome: str
    right: bool
    seconds: float


@dataclass
class Rehearsal:
    """What one rehearsal saw.

    It is right when the kernel's rules are proved, every observation equals its declaration and both files arrived whole.
    """

    site: Site
    probes: int = 0
    passed_before: int = 0
    applied: Applied | None = None
    proof: Verdict | None = None
    matrix: tuple[Row, ...] = ()
    sessions: list[EndToEnd] = field(default_factory=list)
    files: list[Carried] = field(default_factory=list)
    steps: list[tuple[str, float]] = field(default_factory=list)

    @property
    def wrong(self) -> tuple[Row, ...]:
        """The observations that differ from their declaration."""
        return tuple(row for row in self.matrix if not row.right)

    @property
    def ok(self) -> bool:
        """Everything as declared, and everything was looked at."""
        return (
            bool(self.matrix)
            and self.proof is not None
            and self.proof.answer is Answer.PROVED
            and not self.wrong
            and all(session.right for session in self.sessions)
            and all(file.identical for file in self.files)
            and len(self.files) == (2 if self.site.relay else 0)
        )


def rehearse(
    site: Site, site_file: Path, progress: Callable[[str], None], *, policy: Policy | None = None
) -> Rehearsal:
    """Build the twin of `site`, do everything once, tear it down.

    `policy` replaces the derived one: a rehearsal of a wrong policy must say so. Raises ApplyError, ServerError,
    SharedFolderError, RelayProcessError, CarryingError, NotObserved, OSError.
    """
    result = Rehearsal(site)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="claim-gateway-")))
        stage = _Stage(result, progress)
        with stage("build the twin"):
            twin = stack.enter_context(Twin(site))
        desired = twin.desire(policy)
        with stage("probe the open router: the positive control"):
            twin.open_router(desired.wiring)
            reachable = control(twin)
        with stage("apply the policy"):
            result.applied = twin.apply(desired)
        with stage("prove the kernel's rules"):
            around = twin.surroundings()
            result.proof = prove_apart(twin.site, evidence(twin.gateway.call(observe_box, around), around))
        with stage("probe every zone pair"):
            result.matrix = observe(twin, reachable)
        result.probes, result.passed_before = len(result.matrix), len(reachable)
        if result.wrong:
            return result  # a gateway that lets the wrong packets through must not be given a file
        with stage("open sessions end to end"):
            _reach_claim_system(twin, place, result)
            _dial_through(twin, desired.policy, result)
        if site.relay:
            _share_and_relay(twin, site, site_file, place, stage)
    return result


class _Stage:
    """Names a step, shows it while it runs, and keeps how long it took."""

    def __init__(self, result: Rehearsal, progress: Callable[[str], None]) -> None:
        self.result = result
        self._progress = progress
        self._name, self._began = "", 0.0

    def __call__(self, name: str) -> "_Stage":
        self._name = name
        return self

    def __enter__(self) -> None:
        self._progress(self._name)
        self._began = time.monotonic()

    def __exit__(self, *_exception: object) -> None:
        self.result.steps.append((self._name, time.monotonic() - self._began))


def _reach_claim_system(twin: Twin, place: Path, result: Rehearsal) -> None:
    """The claim terminal asks the claim system, where this box carries the session itself and not the terminal's tunnel."""
    out, wanted = way_out(twin.site), twin.site.claim_system
    if out is None or wanted is None or not any(service.tcp and _https(service.tcp) for service in wanted.services):
        return
    system_host, terminal = twin.at(out), twin.at(Zone.CLAIM)
    faces = (face for family in FAMILIES for face in system_host.faces(family))
    addresses = tuple(face for face in faces if any(face in network for network in wanted.networks))
    with ClaimSystem(twin.namespace(system_host.name), addresses, place) as system:
        for address in addresses:
            own = next(iter(terminal.faces(address.version)), None)
            if own is None:
                continue
            began = time.monotonic()
            seen = system.ask(twin.namespace(terminal.name), address)
            result.sessions.append(
                EndToEnd(
                    "claim terminal",
                    f"claim system, HTTPS over IPv{address.version}",
                    f"seen from {seen}",
                    seen == _seen_from(twin.site, out, own),
                    time.monotonic() - began,
                )
            )


def _dial_through(twin: Twin, policy: Policy, result: Rehearsal) -> None:
    """A terminal's own dial-up: its frames pass both ways, and nothing else takes their way."""
    for origin, target in policy.dial_up:
        began = time.monotonic()
        sender, receiver = (twin.namespace(twin.at(zone).name) for zone in (origin, target))
        through = frames.arrived(sender, receiver, CARD, (*frames.OTHERS, *frames.DIAL_UP))
        kinds = {f"{kind:#06x}" for kind in through}
        result.sessions.append(
            EndToEnd(
                f"card of {origin}",
                f"card of {target}, PPPoE's and other frames",
                f"passed: {', '.join(sorted(kinds)) or 'none'}",
                through == set(frames.DIAL_UP),
                time.monotonic() - began,
            )
        )


def _https(ports: PortRange) -> bool:
    return ports.first <= PORT <= ports.last


def _seen_from(site: Site, out: Zone, terminal: IpAddress) -> IpAddress:
    """The address the system must see: the box's own on the way out where IPv4 is translated, else the terminal's."""
    wan = site.zones.wan
    if terminal.version == 6 or wan is None or wan.translate.ipv4 == "none":
        return terminal
    return box_faces(site, out, 4)[0]


def _share_and_relay(twin: Twin, site: Site, site_file: Path, place: Path, stage: _Stage) -> None:
    if site.relay is None:
        return
    share, result = site.relay.terminal, stage.result
    terminal, password = twin.at(Zone.CLAIM), secrets.token_urlsafe(24)
    with ExitStack() as stack:
        addresses = tuple(str(address.ip) for address in terminal.addresses)
        with stage("start the terminal's share"):
            namespace = twin.namespace(terminal.name).name
            server = _server(share, password, place / "terminal", addresses, namespace)
            stack.enter_context(server)
        if isinstance(server, Smbd) and site.lan_to_terminal == "shared-folder" and site.access == "always":
            with stage("open the share from the receipt PC"):
                result.sessions.extend(_from_receipt_pc(twin, server, password, place))
        with stage("start the relay"):
            credentials = _credentials(place, share, server, password)
            relay = stack.enter_context(
                RelayProcess(twin.gateway, _trusting(server, site_file, place), place, credentials)
            )
        carrier = Carrier(relay, server, share)
        with stage("carry a claim file to the terminal"):
            result.files.append(carrier.claim(samples.CLAIM_FILE))
        with stage("bring a return file back"):
            result.files.append(carrier.returned(samples.RETURN_NAME, samples.RETURN_FILE))


def _server(
    declared: TerminalShare, password: str, place: Path, addresses: tuple[str, ...], namespace: str
) -> Smbd | Sshd:
    folders = (declared.claims, declared.returns)
    match declared.way:
        case SmbShare(user=user, share=name):
            return Smbd(
                place,
                user=user,
                password=password,
                addresses=addresses,
                namespace=namespace,
                share=name,
                folders=folders,
            )
        case SftpFolder(user=user, port=port, folder=folder):
            if folder.startswith("/"):
                raise ServerError(f"a rehearsal has no folder {folder}. rehearse a copy of the site with folder: .")
            return Sshd(
                place,
                user=user,
                password=password,
                addresses=addresses,
                namespace=namespace,
                port=port,
                folder=folder,
                folders=folders,
            )


def _trusting(server: Smbd | Sshd, site_file: Path, place: Path) -> Path:
    """The site file for the relay: with SFTP a copy that names the twin's host key, for nobody has the real terminal's."""
    declared = load_site(site_file).relay
    if not isinstance(server, Sshd) or declared is None or declared.terminal.sftp is None:
        return site_file
    copy = place / "site.yaml"
    copy.write_text(site_file.read_text().replace(declared.terminal.sftp.host_key, server.host_key))
    return copy


def _from_receipt_pc(twin: Twin, smbd: Smbd, password: str, place: Path) -> list[EndToEnd]:
    account = place / "account"
    account.touch(mode=0o600)
    account.write_text(f"username = {smbd.user}\npassword = {password}\n")
    pc, terminal = twin.namespace(twin.at(Zone.LAN).name), twin.at(Zone.CLAIM)
    sessions = []
    for address in terminal.addresses:
        began = time.monotonic()
        got = round_trip(pc, SharedFolder(address.ip, smbd.share_name, account), place, _PROBE_TEXT)
        identical = got == _PROBE_TEXT
        sessions.append(
            EndToEnd(
                "receipt PC",
                f"shared folder, encrypted SMB3 over IPv{address.version}",
                "put, got back identical, deleted" if identical else "got back something else",
                identical,
                time.monotonic() - began,
            )
        )
    return sessions


def _credentials(place: Path, declared: TerminalShare, server: Smbd | Sshd, password: str) -> Path:
    """A folder as systemd's LoadCredential= makes it: the declared file's name, readable by its owner alone."""
    folder = place / "credentials"
    folder.mkdir(mode=0o700)
    key_file = declared.sftp.key_file if declared.sftp else None
    file = folder / Path(key_file or declared.way.password_file or "").name
    file.touch(mode=0o600)
    file.write_text(server.key.read_text() if key_file and isinstance(server, Sshd) else password)
    return folder
