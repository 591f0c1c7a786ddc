from pathlib import Path

import asyncssh
import pytest

from gateway.relay.sftp_drop.keys import KeysUnreadable, People, read_keys
from gateway.site.exchange import Person

KEY = asyncssh.generate_private_key("ssh-ed25519")
LINE = KEY.export_public_key().decode().strip()


def keys_in(tmp_path: Path, content: str) -> Path:
    file = tmp_path / "keys.pub"
    file.write_text(content)
    return file


def test_a_key_counts_from_where_it_is_bound_to(tmp_path: Path) -> None:
    content = f'# 山田\n\nfrom="192.168.10.21, 2001:db8:10::/64" {LINE} 山田@受付\n'
    (key,) = read_keys(keys_in(tmp_path, content))

    assert key.fits(KEY.public_data, "192.168.10.21")
    assert key.fits(KEY.public_data, "2001:db8:10::21")
    assert not key.fits(KEY.public_data, "192.168.10.22")
    assert not key.fits(asyncssh.generate_private_key("ssh-ed25519").public_data, "192.168.10.21")


def test_several_keys_each_with_its_own_addresses(tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    first, second = read_keys(keys_in(tmp_path, f'{LINE}\nfrom="10.0.0.1" {other.export_public_key().decode()}'))

    assert first.fits(KEY.public_data, "192.168.10.99")
    assert not second.fits(other.public_data, "192.168.10.99")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no key"),
        ("hello", ":1: not a public key"),
        (f'command="id" {LINE}', ":1: not a public key"),
        (f'{LINE}\nfrom="*.example" {LINE}', ":2: from= takes addresses"),
        (f'from="!192.168.10.21" {LINE}', ":1: from= takes addresses"),
        (LINE[:60], ":1: the key is broken"),
        (
            asyncssh.generate_private_key("ssh-rsa", key_size=1024).export_public_key().decode(),
            ":1: an RSA key of 1024",
        ),
        ("x" * 70_000, "longer than 64 KiB"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", ":1: not a public key"),
    ],
    ids=["empty", "word", "command", "pattern", "negated", "cut", "short", "long", "private"],
)
def test_one_line_says_what_is_wrong_and_shows_nothing_of_the_file(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(KeysUnreadable) as refused:
        read_keys(keys_in(tmp_path, content))

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert LINE.split()[1] not in str(refused.value)


def test_people_log_on_by_their_account_or_their_name(tmp_path: Path) -> None:
    keys_in(tmp_path, LINE)
    people = People(
        [
            Person(name="山田", account="yamada", sftp_key_file="keys.pub"),
            Person(name="事務室", sftp_key_file="missing.pub"),
            Person(name="鈴木", account="suzuki"),
        ],
        tmp_path,
    )

    assert (people.name_of("yamada"), people.name_of("事務室"), people.name_of("suzuki")) == ("山田", "事務室", None)
    assert people.name_of("シ\u3099") is None
    assert len(people.keys_of("yamada")) == 1
    assert people.keys_of("suzuki") == people.keys_of("root") == ()
    with pytest.raises(KeysUnreadable, match="No such file"):
        people.keys_of("事務室")
