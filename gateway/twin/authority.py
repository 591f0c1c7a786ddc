"""A certificate authority for one rehearsal, and what it signs. Its keys live as long as the objects do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_SLACK = timedelta(hours=1)  # clocks differ


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key, PEM."""

    certificate: bytes
    key: bytes

    def write(self, certificate: Path, key: Path) -> None:
        """Put both where the site file says; only the owner reads the key."""
        write_secret(certificate, self.certificate)
        write_secret(key, self.key)


class Authority:
    """Signs certificates. `lasts` may be negative: then it has expired."""

    def __init__(self, name: str = "authority of the twin", lasts: timedelta = timedelta(days=3650)) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        builder = _builder(self._name, self._name, self._key, lasts)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = _pem(builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256()))
        """Its own certificate, PEM."""

    def issue(
        self, identity: str, lasts: timedelta = timedelta(days=365), *, begins: timedelta = timedelta()
    ) -> Identity:
        """A certificate for a host name or an address; it begins `begins` from now and lasts `lasts` from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_named(identity), self._name, key, lasts, begins)
        names = x509.SubjectAlternativeName([_general(identity)])
        builder = builder.add_extension(names, critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Identity(_pem(builder.sign(self._key, hashes.SHA256())), private)


def write_secret(path: Path, content: bytes) -> None:
    """A file that only its owner can read, from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _general(identity: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(identity))
    except ValueError:
        return x509.DNSName(identity)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    lasts: timedelta,
    begins: timedelta = timedelta(),
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    ends = now + lasts
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now + begins, ends) - _SLACK)
        .not_valid_after(ends)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
