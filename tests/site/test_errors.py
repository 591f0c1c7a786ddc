from gateway.site.errors import Mistake, SiteFileError


def test_a_mistake_reads_as_compilers_write() -> None:
    assert str(Mistake("site.yaml", 14, 11, "what. what to do")) == "site.yaml:14:11: what. what to do"


def test_a_whole_file_has_no_line() -> None:
    assert str(Mistake("site.yaml", 0, 0, "is empty. fill it")) == "site.yaml: is empty. fill it"


def test_an_error_is_one_line_for_each_mistake() -> None:
    mistakes = (Mistake("a", 1, 1, "x. y"), Mistake("a", 2, 1, "x. y"))

    assert str(SiteFileError(mistakes)).splitlines() == [str(mistake) for mistake in mistakes]
