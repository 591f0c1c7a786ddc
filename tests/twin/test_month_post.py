from gateway.claims.reader import read
from gateway.twin import month_post as post


def test_volumes_declare_their_totals_in_the_last_one_only() -> None:
    first, second = (read([one]) for one in post.volumes("2", 50, month=post.MONTH))

    assert (first.volume, first.declared_count, second.volume, second.declared_count) == ("00", None, "01", 2)


def test_returns_and_report_are_no_claims() -> None:
    assert read([post.returned("2")]).kind.returns
    assert not read([post.report()]).kind.claims
