from tests.relay.windows_share.test_configuration import PLACE


def test_everything_of_sambas_lies_below_the_shares_own_folders() -> None:
    assert all(
        folder.is_relative_to(PLACE.state) or folder.is_relative_to(PLACE.run) for folder in PLACE.folders.values()
    )
    assert PLACE.passwords.parent == PLACE.key.parent == PLACE.folders["private dir"]
