from gateway.programs.model import File, Service, lines, service_file, unit_of
from gateway.site.layout import Zone


def test_a_unit_is_known_by_its_file() -> None:
    file = service_file("names", Zone.CLAIM, "x")
    assert (file.name, unit_of(file.name)) == ("names-claim.conf", "claim-gateway-names@claim.service")
    assert Service(file, ()).unit == unit_of(file.name)


def test_the_digest_is_the_texts() -> None:
    one, other = (Service(File("a-b.conf", text), ()) for text in ("x", "y"))
    assert one.digest != other.digest


def test_paragraphs_without_a_line_are_left_out() -> None:
    assert lines(("a", "b"), (), ("c",)).split("\n\n")[1:] == ["a\nb", "c\n"]
