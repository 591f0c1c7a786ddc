"""The steps for a terminal that offers a Windows share."""

from collections.abc import Iterator

from gateway.report.terminal_facts import TerminalFacts
from gateway.report.terminal_step import FILE_SHARING_CLOSED, Say, Step, firewall, folders, host, new_account, quoted
from gateway.site.model import SmbShare

_SERVER = "-RequireSecuritySignature $true -EnableSMB2Protocol $true -EnableSMB1Protocol $false -RejectUnencryptedAccess $true"
_SHARE = "-EncryptData $true -CachingMode None -FolderEnumerationMode AccessBased -Description '【厳秘】claim-gateway'"


def smb_steps(facts: TerminalFacts, smb: SmbShare, say: Say) -> Iterator[Step]:
    """Account, folders, share, encryption, firewall, the password's place."""
    path = f"C:\\{smb.share}"
    yield new_account(smb.user, say)
    yield folders(path, (facts.share.claims, facts.share.returns), smb.user, say)
    yield _share(facts, smb, path, say)
    yield Step(
        say("Signing and encryption", "署名と暗号化"),
        (
            say(
                "The gateway refuses a share that is older than SMB 3 or not encrypted.",
                "ゲートウェイは、SMB 3 より古い共有や暗号化しない共有には接続しません。",
            ),
        ),
        (
            f"Set-SmbServerConfiguration {_SERVER} -Force",
            "Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart",
        ),
        clauses=("C17",),
    )
    openers = tuple(dict.fromkeys((*facts.openers, *facts.lan_openers)))
    yield firewall(facts.port, openers, FILE_SHARING_CLOSED, say)
    yield Step(
        say("The password on the gateway", "ゲートウェイ側のパスワード"),
        (
            say(
                f"Put the password, as the only line, into {smb.password_file} beside the site file on the gateway, readable by "
                "root alone (with Ansible: claim_gateway_terminal_password_file). It stands nowhere else.",
                f"パスワードは、ゲートウェイのサイトファイルと同じ場所の {smb.password_file} に 1 行だけ書き、root だけが読める"
                "ようにします（Ansible では claim_gateway_terminal_password_file）。ほかの場所には書きません。",
            ),
        ),
    )


def _share(facts: TerminalFacts, smb: SmbShare, path: str, say: Say) -> Step:
    text = [
        say(
            f"The share {smb.share}, encrypted, for the gateway's account. Its description shows the classification (C16).",
            f"暗号化した共有 {smb.share} を、ゲートウェイ用のアカウントに開きます。説明に情報の分類を示します（C16）。",
        )
    ]
    if facts.lan_openers:
        seen = ", ".join(map(host, facts.lan_openers))
        text.append(
            say(
                f"Receipt PCs open it too (they come from {seen}): give them an account of their own in the same way, never {smb.user}.",
                f"レセコンも開きます（接続元は {seen}）。同じ手順で別のアカウントを作り、{smb.user} は使わせないでください。",
            )
        )
    return Step(
        say("The share", "共有"),
        tuple(text),
        (f"New-SmbShare -Name {quoted(smb.share)} -Path {quoted(path)} -ChangeAccess {smb.user} {_SHARE}",),
        clauses=("C13", "C16"),
    )
