"""One thing to do at the claim terminal, in one of two languages."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PureWindowsPath

from gateway.report.wording import Lang
from gateway.site.values import IpNetwork

Say = Callable[[str, str], str]
"""Gives the English or the Japanese one of two texts."""

RULE = "claim-gateway"
"""What the box's rule in Windows' firewall is called."""
FILE_SHARING_CLOSED = "Disable-NetFirewallRule -Group '@FirewallAPI.dll,-28502'"
"""Switches off the rules "File and Printer Sharing", by their name that is the same in every language of Windows."""
_FOR_EVER = "-PasswordNeverExpires -UserMayNotChangePassword -AccountNeverExpires"
_ITS_OWNERS = (
    "'*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F'"  # SYSTEM and Administrators, in every language of Windows
)
_INBOUND = "-Direction Inbound -Action Allow -Protocol TCP"


@dataclass(frozen=True, slots=True)
class Step:
    """`commands` are for PowerShell opened as administrator, in this order; `checks` are to be ticked."""

    title: str
    text: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


def saying(lang: Lang) -> Say:
    """Texts in one language."""
    return lambda en, ja: ja if lang == "ja" else en


def host(network: IpNetwork) -> str:
    """A network as Windows' firewall takes it: one address without its prefix length."""
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def new_account(user: str, say: Say) -> Step:
    """The account the box logs on with: nobody's, and good for nothing else."""
    return Step(
        say("The gateway's account", "ゲートウェイ用のアカウント"),
        (
            say(
                f"A local account {user}, in no group, used by nobody else. "
                "Its password is asked for and shown nowhere: at least 20 characters from a password generator.",
                f"どのグループにも属さないローカルアカウント {user}。人は使いません。"
                "パスワードは入力を求められ、画面には出ません。生成ツールで 20 文字以上のものを作ってください。",
            ),
            say(
                "Then let it not log on at the screen: secpol.msc, Local Policies, User Rights Assignment, "
                f"'Deny log on locally' and 'Deny log on through Remote Desktop Services': add {user}.",
                "続けて画面からのログオンを禁止します。secpol.msc の「ローカル ポリシー」「ユーザー権利の割り当て」で、"
                f"「ローカル ログオンを拒否」と「リモート デスクトップ サービスを使ったログオンを拒否」に {user} を加えます。",
            ),
        ),
        (
            "$password = Read-Host -AsSecureString -Prompt 'Password'",
            f"New-LocalUser -Name {user} -Password $password {_FOR_EVER} -Description 'claim-gateway'",
        ),
        clauses=("C17",),
    )


def folders(path: str, names: tuple[str, ...], user: str, say: Say) -> Step:
    """The folders, open to the account, to administrators and to whoever claims at this terminal."""
    inside = ", ".join(quoted(str(PureWindowsPath(path) / name)) for name in names)
    return Step(
        say("The folders", "フォルダー"),
        (
            say(
                f"{names[0]} takes claim files from the gateway; what is downloaded goes into {names[1]}. "
                "Replace claims-user by the account in which claims are made here.",
                f"{names[0]} にはゲートウェイが請求ファイルを置きます。ダウンロードしたファイルは {names[1]} に保存します。"
                "claims-user は、この端末で請求に使うアカウント名に置き換えてください。",
            ),
        ),
        (
            f"New-Item -ItemType Directory -Force -Path {inside}",
            f"icacls {quoted(path)} /inheritance:r /grant {_ITS_OWNERS} '{user}:(OI)(CI)M' 'claims-user:(OI)(CI)M'",
        ),
        clauses=("C2", "C3"),
    )


def firewall(port: int, openers: tuple[IpNetwork, ...], closed: str, say: Say, *, rule: str = RULE) -> Step:
    """One inbound rule for the port, limited to who may open it; `closed` switches Windows' own wider rules off."""
    allowed = ",".join(map(host, openers))
    from_whom = allowed.replace(",", ", ")
    return Step(
        say("Windows firewall", "Windows ファイアウォール"),
        (
            say(
                f"TCP {port} is open to {from_whom} and to nobody else. Windows' own rules for it are wider, so they are switched off.",
                f"TCP {port} は {from_whom} からのみ受け付けます。Windows 標準の規則はこれより広いため無効にします。",
            ),
        ),
        (
            closed,
            "Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block",
            f"New-NetFirewallRule -DisplayName {quoted(rule)} {_INBOUND} -LocalPort {port} -RemoteAddress {allowed}",
        ),
        clauses=("C5",),
    )


def quoted(text: str) -> str:
    """A PowerShell literal (about_Quoting_Rules): nothing in it is expanded."""
    return "'" + text.replace("'", "''") + "'"
