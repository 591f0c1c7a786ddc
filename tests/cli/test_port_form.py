import pytest

from gateway.cli.port_form import PortForm, read_port


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("eth1", PortForm("eth1", None, None)),
        ("enp3s0.20", PortForm("enp3s0", None, 20)),
        ("02:00:5E:10:00:01", PortForm(None, "02:00:5e:10:00:01", None)),
        ("02:00:5e:10:00:01.30", PortForm(None, "02:00:5e:10:00:01", 30)),
    ],
)
def test_a_port_on_one_line(text: str, form: PortForm) -> None:
    assert read_port(text) == form


@pytest.mark.parametrize("text", ["", "eth 1", "eth1.0", "eth1.4095", "01:00:5e:10:00:01", "lo", "a" * 16])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"\. "):
        read_port(text)
