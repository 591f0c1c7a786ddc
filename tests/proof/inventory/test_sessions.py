import socket
from contextlib import closing
from ipaddress import ip_address

import pytest

from gateway.proof.inventory.sessions import Session, parse, read
from gateway.proof.model import Answer, Theorem
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root

TERMINAL, RECEIPT_PC = ip_address("192.168.20.10"), ip_address("192.168.10.21")
AGAINST = ("session", Theorem.T3, Answer.DISPROVED)
NEW = "conntrack -I -p tcp --sport 1000 --dport 445 --state ESTABLISHED -t 100 -u SEEN_REPLY"
DROP = "conntrack -D -p tcp --sport 1000"


@pytest.mark.parametrize(
    "ends",
    [
        "-s 192.168.20.10 -d 192.168.10.21",
        "-s 192.168.20.10 -d 198.51.100.9 --dst-nat 192.168.10.21",
        "-s 2001:db8:20::10 -d 2001:db8:10::21",
    ],
    ids=["plain", "translated", "ipv6"],
)
def test_a_session_a_terminal_opened_to_lan_is_seen(box: Box, ends: str) -> None:
    family = "-f ipv6" if ":" in ends else "-f ipv4"
    with box.changed(f"{NEW} {ends}", undo=(f"{DROP} {family}",)):
        assert box.found() == {AGAINST}


def test_sessions_with_the_direction_are_neither_found_nor_kept(box: Box) -> None:
    with box.changed(
        f"{NEW} -s 192.168.10.21 -d 192.168.20.10",
        f"{NEW} -s 192.168.20.10 -d 203.0.113.9".replace("1000", "1001"),
        undo=(DROP, DROP.replace("1000", "1001")),
    ):
        assert box.call(read, box.surroundings).sessions == ()


HELPER = """
table ip helps {
  ct helper ftp { type "ftp" protocol tcp; }
  chain c { type filter hook output priority 0; tcp dport 2121 ct helper set "ftp"; }
}
"""


def announce() -> tuple[socket.socket, ...]:
    with socket.create_server(("127.0.0.1", 2121)) as server:
        client = socket.create_connection(("127.0.0.1", 2121))
        answers, _ = server.accept()
    answers.sendall(b"220 ready\r\n")
    client.recv(64)
    client.sendall(b"USER somebody\r\n")  # the helper reads whole lines, from the second on
    answers.recv(64)
    client.sendall(b"PORT 127,0,0,1,19,136\r\n")
    answers.recv(64)
    return client, answers


def test_a_helper_and_what_it_expects_are_seen(box: Box, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = tmp_path_factory.mktemp("helper") / "helper.nft"
    script.write_text(HELPER)
    with box.changed(f"nft -f {script}", undo=("conntrack -F",)):
        client, answers = box.call(announce)
        with closing(client), closing(answers):
            box.run("nft delete table ip helps")
            assert box.found() == {
                ("helper", Theorem.T2, Answer.DISPROVED),
                ("expectation", Theorem.T2, Answer.DISPROVED),
            }


def test_both_forms_of_conntracks_lines() -> None:
    ends = "src=192.168.20.10 dst=192.168.10.21 sport=1 dport=2 src=192.168.10.21 dst=192.168.20.10 sport=2 dport=1"
    for before in ("", "ipv4     2 "):
        (found,) = parse(f"{before}tcp      6 99 ESTABLISHED {ends} mark=0 helper=ftp use=1\n")
        assert found == Session("tcp", TERMINAL, RECEIPT_PC, RECEIPT_PC, "ftp")
