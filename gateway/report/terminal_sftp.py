"""The steps for a terminal that offers SFTP by the OpenSSH server Windows brings (learn.microsoft.com, OpenSSH for Windows)."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import PureWindowsPath

from gateway.report.terminal_facts import SMB_PORT, TerminalFacts
from gateway.report.terminal_step import FILE_SHARING_CLOSED, RULE, Say, Step, firewall, folders, new_account, quoted
from gateway.site.model import SftpFolder

_CONFIGURATION = r"C:\ProgramData\ssh\sshd_config"
_KEYS = r"C:\ProgramData\ssh\claim-gateway_keys"
_DEFAULT_RULE = "OpenSSH-Server-In-TCP"


def sftp_steps(facts: TerminalFacts, sftp: SftpFolder, say: Say) -> Iterator[Step]:
    """Account, folders, server, key, host key, firewall."""
    yield new_account(sftp.user, say)
    yield folders(windows_path(sftp), (facts.share.claims, facts.share.returns), sftp.user, say)
    yield _server(sftp, say)
    yield _secret(sftp, say)
    yield Step(
        say("The host key", "ホスト鍵"),
        (
            say(
                "The gateway talks to the terminal with this fingerprint and to no other. If they differ, mend host_key: in the site file.",
                "ゲートウェイは、この指紋の端末にだけ接続します。異なるときは、サイトファイルの host_key: を直してください。",
            ),
            fingerprint(sftp.host_key),
        ),
        (f"ssh-keygen -l -f C:\\ProgramData\\ssh\\{_host_key_file(sftp.host_key)}",),
        clauses=("C17",),
    )
    yield firewall(facts.port, facts.openers, f"Disable-NetFirewallRule -Name {_DEFAULT_RULE}", say)
    if facts.lan_openers:
        # Receipt PCs open a Windows share of their own there, whatever the box itself uses.
        yield firewall(SMB_PORT, facts.lan_openers, FILE_SHARING_CLOSED, say, rule=f"{RULE}-lan")


def windows_path(sftp: SftpFolder) -> str:
    """The declared folder as Windows writes it: `/C:/receipt` begins at the drive, others lie below the account's own."""
    if sftp.folder.startswith("/"):
        return str(PureWindowsPath(sftp.folder[1:]))
    home = PureWindowsPath("C:/Users") / sftp.user
    return str(home / sftp.folder)


def fingerprint(host_key: str) -> str:
    """`SHA256:…` of a public key, as ssh-keygen(1) shows it."""
    digest = hashlib.sha256(base64.b64decode(host_key.partition(" ")[2])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _host_key_file(host_key: str) -> str:
    kind = host_key.partition(" ")[0]
    name = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}.get(kind, "ecdsa")
    return f"ssh_host_{name}_key.pub"


def _server(sftp: SftpFolder, say: Say) -> Step:
    lines = (
        f"Port {sftp.port}",
        f"AllowUsers {sftp.user}",
        "AuthorizedKeysFile __PROGRAMDATA__/ssh/claim-gateway_keys",
        f"PasswordAuthentication {'no' if sftp.key_file else 'yes'}",
        "AllowTcpForwarding no",
        "X11Forwarding no",
        "PermitTTY no",
        "Subsystem sftp sftp-server.exe",
        "ForceCommand internal-sftp",
    )
    return Step(
        say("The SSH server", "SSH サーバー"),
        (
            say(
                "OpenSSH is a part of Windows that is switched on here: ask the institution's system manager first (C15).",
                "OpenSSH は Windows の機能です。有効にする前に、オンライン請求システム管理者の了承を得てください（C15）。",
            ),
        ),
        (
            "Add-WindowsCapability -Online -Name OpenSSH.Server~~~~0.0.1.0",
            f"Set-Content -Path {_CONFIGURATION} -Value {', '.join(map(quoted, lines))}",
            "Set-Service -Name sshd -StartupType Automatic",
            "Restart-Service -Name sshd",
        ),
        clauses=("C15", "C17"),
    )


def _secret(sftp: SftpFolder, say: Say) -> Step:
    if sftp.key_file is None:
        return Step(
            say("The password on the gateway", "ゲートウェイ側のパスワード"),
            (
                say(
                    f"Put the password, as the only line, into {sftp.password_file} beside the site file on the gateway, readable by root alone.",
                    f"パスワードは、ゲートウェイのサイトファイルと同じ場所の {sftp.password_file} に 1 行だけ書き、root だけが読めるようにします。",
                ),
            ),
        )
    return Step(
        say("The gateway's key", "ゲートウェイの鍵"),
        (
            say(
                f"On the gateway: ssh-keygen -t ed25519 -N '' -f {sftp.key_file}. The line of its .pub file goes to the terminal; the key itself stays.",
                f"ゲートウェイで ssh-keygen -t ed25519 -N '' -f {sftp.key_file} を実行します。.pub の 1 行を端末に写し、鍵そのものは外に出しません。",
            ),
        ),
        (
            f"Set-Content -Path {_KEYS} -Value (Read-Host -Prompt 'ssh-ed25519 …')",
            f"icacls {_KEYS} /inheritance:r /grant '*S-1-5-18:F' '*S-1-5-32-544:F'",
        ),
        clauses=("C17",),
    )
