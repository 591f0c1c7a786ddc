import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.sftp_drop.packets import Status
from gateway.relay.sftp_drop.paths import DEPTH_MOST, ROOT, Folder, Location, canonical, locate
from gateway.relay.sftp_drop.refusal import Refusal


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", ROOT),
        ("/", ROOT),
        (".", ROOT),
        ("/../../..", ROOT),
        ("請求", Location(Folder.CLAIMS, ())),
        ("/請求/", Location(Folder.CLAIMS, ())),
        ("/請求/../保留/X.UKE", Location(Folder.HELD, ("X.UKE",))),
        ("請求/./社保//RECEIPTC.UKE", Location(Folder.CLAIMS, ("社保", "RECEIPTC.UKE"))),
        ("/お知らせ.txt", Location(None, ("お知らせ.txt",))),
        ("/配達済み", Location(Folder.DELIVERED, ())),
        ("/配達済み".replace("配達済み", "配達済み"), Location(Folder.DELIVERED, ())),
        ("/請求/\\..\\..\\etc", Location(Folder.CLAIMS, ("\\..\\..\\etc",))),
    ],
)
def test_where_a_path_leads(path: str, place: Location) -> None:
    assert locate(path.encode()) == place


def test_a_mac_s_spelling_is_composed() -> None:
    assert locate("/請求/か\u3099.UKE".encode()).name == "が.UKE"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/etc/passwd", Status.NO_SUCH_FILE),
        (b"/spool", Status.NO_SUCH_FILE),
        ("/請求".encode("cp932"), Status.FAILURE),
        (b"/\xe8\xab\x8b\xe6\xb1\x82/a\0b", Status.PERMISSION_DENIED),
        (b"/" + b"a" * 5000, Status.PERMISSION_DENIED),
        (("/請求" + "/a" * DEPTH_MOST).encode(), Status.PERMISSION_DENIED),
    ],
)
def test_where_none_leads(path: bytes, status: Status) -> None:
    with pytest.raises(Refusal) as refused:
        locate(path)

    assert refused.value.status is status


@given(st.lists(st.sampled_from(["..", ".", "", "請求", "保留", "a", "..a", "\\..", "~", "承認", "\x01"]), max_size=12))
def test_no_path_ever_climbs_out_or_keeps_a_part_that_is_not_one_name(parts: list[str]) -> None:
    try:
        place = locate("/".join(parts).encode())
    except Refusal:
        return
    for name in place.below:
        assert name not in {"", ".", ".."}
        assert "/" not in name
    assert canonical(str(place).encode()) == str(place)


def test_only_three_folders_are_for_putting() -> None:
    inboxes = [locate(path.encode()) for path in ("/請求", "/請求/社保", "/請求/国保")]

    assert all(place.is_inbox for place in inboxes)
    assert not any(
        locate(path.encode()).is_inbox for path in ("/", "/保留", "/請求/他", "/請求/社保/深い", "/お知らせ.txt")
    )
