"""Who made a release: OpenSSH's file signatures (ssh-keygen(1), -Y), which every Debian box can check."""

import subprocess
from pathlib import Path

from gateway.release.archive import SIGNATURE, SUMS
from gateway.release.errors import WrongRelease

NAMESPACE = "claim-gateway-release"
"""What a signature is for: one made for something else does not count (PROTOCOL.sshsig)."""
SIGNERS = Path("/etc/claim-gateway/release-signers")
_TIMEOUT_S = 20


def sign(folder: Path, key_file: Path) -> None:
    """Sign SHA256SUMS with a private key of OpenSSH's. Raises WrongRelease with ssh-keygen's words."""
    (folder / SIGNATURE).unlink(missing_ok=True)
    done = _ssh_keygen("sign", "-f", str(key_file), "-n", NAMESPACE, str(folder / SUMS))
    if done.returncode != 0:
        raise WrongRelease(f"{key_file}: does not sign: {_last_line(done)}")


def signer(folder: Path, signers: Path) -> str:
    """Whose signature stands under SHA256SUMS, of those `signers` names (ssh-keygen(1), ALLOWED SIGNERS).

    Raises WrongRelease where it is nobody's.
    """
    if not signers.is_file():
        raise WrongRelease(f"{signers}: is not there, so no release is trusted. write the maker's public key into it")
    if not (folder / SIGNATURE).is_file():
        raise WrongRelease("the release is not signed. make it with: make dist SIGNING_KEY=FILE")
    signed = ("-n", NAMESPACE, "-s", str(folder / SIGNATURE), "-f", str(signers))
    known = _ssh_keygen("find-principals", *signed)
    name = known.stdout.decode(errors="replace").split("\n")[0].strip()
    if known.returncode != 0 or not name:
        raise WrongRelease(f"the release is signed by nobody {signers} names. take one from your vendor")
    checked = _ssh_keygen("verify", *signed, "-I", name, content=(folder / SUMS).read_bytes())
    if checked.returncode != 0:
        raise WrongRelease(f"the signature of {name} does not fit: {_last_line(checked)}. copy the archive anew")
    return name


def _ssh_keygen(action: str, *arguments: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ("ssh-keygen", "-Y", action, *arguments),
            input=content,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        raise WrongRelease("ssh-keygen is not installed. install openssh-client") from None


def _last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    said = (done.stderr or done.stdout).decode(errors="replace").strip()
    return said.splitlines()[-1] if said else f"exit {done.returncode}"
