from gateway.claims.reader import read
from gateway.claims.volumes import together
from tests.claims.synthetic import claim_file, receipt, volumes


def test_volumes_add_up_to_what_the_last_declares() -> None:
    first, second = (read([volume]) for volume in volumes())

    (claim,) = together([second, first])

    assert (claim.volumes, claim.whole, claim.agrees) == (("00", "01"), True, True)
    assert (claim.count, claim.points) == (3, 250)


def test_a_missing_volume_is_told() -> None:
    first, second = (read([volume]) for volume in volumes())

    assert [(claim.whole, claim.agrees) for claim in together([second])] == [(False, None)]
    assert [(claim.whole, claim.agrees) for claim in together([first])] == [(False, None)]


def test_totals_that_do_not_add_up_are_told() -> None:
    first = read([volumes()[0]])
    second = read([claim_file(receipt(1, points=51), volume="01", trailer="GO,3,250,99")])

    assert [claim.agrees for claim in together([first, second])] == [False]


def test_single_files_and_other_claims_stay_apart() -> None:
    single = read([claim_file(payer="2")])
    first, second = (read([volume]) for volume in volumes())

    assert list(together([single])) == []
    assert len(list(together([single, first, second]))) == 1
