from gateway.relay.windows_share.members import FIRST_USER_ID, Member, Owner, group, members, passwd
from gateway.site.exchange import Drop

OWNER = Owner("claim-gateway-relay", 997, 995)
YAMADA = Member("山田", "yamada", "credentials/people/yamada", may_release=True)


def test_members_are_those_with_a_password() -> None:
    drop = Drop.model_validate(
        {
            "smb": True,
            "people": [
                {
                    "name": "山田",
                    "account": "yamada",
                    "smb_password_file": "credentials/people/yamada",
                    "may_release": True,
                },
                {"name": "佐藤", "sftp_key_file": "keys/sato.pub"},
            ],
        }
    )

    assert members(drop) == (YAMADA,)


def test_accounts_are_the_owner_and_numbers_nobody_has_and_nobody_logs_on() -> None:
    lines = passwd(OWNER, (YAMADA,)).splitlines()

    assert lines[1] == "claim-gateway-relay:x:997:995::/nonexistent:/usr/sbin/nologin"
    assert lines[3] == f"yamada:x:{FIRST_USER_ID}:995::/nonexistent:/usr/sbin/nologin"
    assert all(line.endswith(":/usr/sbin/nologin") and line.count(":") == 6 for line in lines)
    assert group(OWNER).splitlines() == ["root:x:0:", "claim-gateway-relay:x:995:", "nogroup:x:65534:"]
