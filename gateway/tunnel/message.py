"""What charon is told, in the words of vici (README of libcharon/plugins/vici, swanctl.conf(5)). Pure.

A connection's name carries a digest of all that is in it: what charon lists then says whether it is what is wanted, and a
tunnel that still runs by former settings is seen as one.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from gateway.policy.places import Carrier
from gateway.tunnel.credentials import Certified, Material, Shared
from gateway.tunnel.model import Child, Connection, Link

Message = Mapping[str, Any]
DIGEST_CHARS = 8
DPD_TIMEOUT_TIMES = 3  # version 1 only: version 2 gives up by its retransmissions


def connection(wanted: Connection, material: Material, link: Link) -> tuple[str, Message]:
    """The name of a connection at charon, and the message load-conn that makes it."""
    body = _body(wanted, material, link)
    said = json.dumps(body, sort_keys=True, default=bytes.hex)
    name = f"{wanted.name}-{hashlib.sha256(said.encode()).hexdigest()[:DIGEST_CHARS]}"
    return name, {name: body}


def provider_of(name: str) -> str:
    """The provider a connection at charon belongs to."""
    return name.rpartition("-")[0] or name


def child_names(wanted: Connection) -> tuple[str, ...]:
    """What the connection's children are called."""
    return tuple(f"{wanted.name}-{number}" for number, _ in enumerate(wanted.children, 1))


def key(material: Certified) -> Message:
    """The message load-key. Holds the private key."""
    return {"type": "any", "data": material.key}


def shared(wanted: Connection, material: Shared) -> Message:
    """The message load-shared. Holds the pre-shared key."""
    owners = dict.fromkeys(filter(None, (wanted.local_id, wanted.remote_id, str(wanted.address))))
    return {"id": shared_id(wanted, material), "type": "IKE", "data": material.key, "owners": list(owners)}


def shared_id(wanted: Connection, material: Shared) -> str:
    """What a pre-shared key is called at charon."""
    return f"{wanted.name}-{material.digest}"


def _body(wanted: Connection, material: Material, link: Link) -> dict[str, Any]:
    said: dict[str, Any] = {
        "version": str(wanted.version),
        "remote_addrs": [str(wanted.address)],
        "proposals": list(wanted.ike_proposals),
        "encap": _word(wanted.force_encapsulation),
        "mobike": _word(wanted.mobike),
        "fragmentation": _word(wanted.fragmentation),
        "dpd_delay": f"{wanted.dpd_s}s",
        "rekey_time": f"{wanted.ike_rekey_s}s",
        "reauth_time": f"{wanted.reauthenticate_s}s",
        "unique": "replace",
        "keyingtries": "1",  # whoever started it hears that it failed, and tries another provider
        "children": {
            name: _child(wanted, child, link) for name, child in zip(child_names(wanted), wanted.children, strict=True)
        },
    }
    if wanted.version == 1:
        said["dpd_timeout"] = f"{wanted.dpd_s * DPD_TIMEOUT_TIMES}s"
    if wanted.virtual_address:
        said["vips"] = ["0.0.0.0"]  # noqa: S104 - "give me any" (swanctl.conf(5), connections.vips), nothing listens
    local: dict[str, Any] = {"id": wanted.local_id} if wanted.local_id else {}
    remote: dict[str, Any] = {"id": wanted.remote_id}
    match material:
        case Certified():
            local |= {"auth": "pubkey", "certs": [one.public_bytes(Encoding.DER) for one in material.own]}
            remote |= {"auth": "pubkey", "cacerts": [one.public_bytes(Encoding.DER) for one in material.authorities]}
            said["send_cert"] = "always"  # the provider need not ask for it
        case Shared():
            local |= {"auth": "psk"}
            remote |= {"auth": "psk"}
    return said | {"local-1": local, "remote-1": remote}


def _child(wanted: Connection, child: Child, link: Link) -> dict[str, Any]:
    local = [str(network) for network in child.local]
    has_ipv4 = any(network.version == 4 for network in child.remote)
    said: dict[str, Any] = {
        "mode": "tunnel",
        "local_ts": (["dynamic"] if wanted.virtual_address and has_ipv4 and not _ipv4(child) else []) + local,
        "remote_ts": [str(network) for network in child.remote],
        "esp_proposals": list(wanted.esp_proposals),
        "rekey_time": f"{wanted.esp_rekey_s}s",
        # A dead peer is taken away; whether it, or another, is called again is for us to say.
        "dpd_action": "clear",
        "close_action": "none",
        "start_action": "none",
    }
    if link.carrier is Carrier.XFRM:
        said |= {"if_id_in": str(link.if_id), "if_id_out": str(link.if_id)}
    return said


def _ipv4(child: Child) -> bool:
    return any(network.version == 4 for network in child.local)


def _word(flag: bool) -> str:  # noqa: FBT001 - the value itself is what is translated
    return "yes" if flag else "no"
