from datetime import timedelta
from pathlib import Path

from cryptography import x509

from gateway.twin.authority import Authority, write_secret


def test_what_it_signs_it_can_be_held_to() -> None:
    authority = Authority()
    issued = x509.load_pem_x509_certificate(authority.issue("gw.provider.example").certificate)

    issued.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate))

    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["gw.provider.example"]


def test_an_address_is_an_identity_too_and_a_certificate_may_be_over() -> None:
    issued = x509.load_pem_x509_certificate(Authority().issue("192.0.2.10", timedelta(hours=-2)).certificate)
    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.10"]
    assert issued.not_valid_before_utc < issued.not_valid_after_utc


def test_a_secret_is_its_owners_alone(tmp_path: Path) -> None:
    write_secret(tmp_path / "below" / "key", b"secret")
    assert (tmp_path / "below" / "key").stat().st_mode & 0o777 == 0o600
