"""A small HTTPS server standing for the claim system at the provider, and the terminal's way of asking it."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.site.values import IpAddress
from gateway.twin.namespace import Namespace

PORT = 443
ANSWER_TIMEOUT_S = 5.0


class _Answer(BaseHTTPRequestHandler):
    """Tells the caller the address it was seen from."""

    def do_GET(self) -> None:
        """Answer any path."""
        body = ip_address(self.client_address[0]).compressed.encode()
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_args: object) -> None:
        """Say nothing: the rehearsal reports what the client saw."""


class _Server(ThreadingHTTPServer):
    """A server on a socket that was opened in its namespace."""

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(listening.getsockname()[:2], _Answer, bind_and_activate=False)
        self.socket.close()
        self.socket = listening


class ClaimSystem:
    """A context manager; it answers on `addresses` of `namespace` until left. `folder` receives its certificate."""

    def __init__(self, namespace: Namespace, addresses: tuple[IpAddress, ...], folder: Path) -> None:
        self._namespace = namespace
        self._addresses = addresses
        self._certificate, self._key = folder / "claim-system.pem", folder / "claim-system.key"
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        _issue(self._addresses, self._certificate, self._key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate, self._key)
        with ExitStack() as undo:
            undo.callback(self._stack.close)
            for address in self._addresses:
                listening = context.wrap_socket(self._namespace.call(_listen, address), server_side=True)
                self._stack.enter_context(_serving(_Server(listening)))
            undo.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def ask(self, terminal: Namespace, address: IpAddress) -> IpAddress:
        """The address the claim system sees `terminal` come from. Raises OSError when it cannot be reached."""
        context = ssl.create_default_context(cafile=str(self._certificate))
        return terminal.call(_ask, address, context)


@contextmanager
def _serving(server: _Server) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _listen(address: IpAddress) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return socket.create_server((str(address), PORT), family=family)


def _ask(address: IpAddress, context: ssl.SSLContext) -> IpAddress:
    connection = http.client.HTTPSConnection(str(address), PORT, context=context, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", "/")
        return ip_address(connection.getresponse().read().decode())
    finally:
        connection.close()


def _issue(addresses: tuple[IpAddress, ...], certificate: Path, key: Path) -> None:
    """A certificate of an hour for these addresses; the terminal trusts exactly this one."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "claim system of the twin")])
    now = datetime.now(UTC)
    issued = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address) for address in addresses]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(issued.public_bytes(serialization.Encoding.PEM))
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
