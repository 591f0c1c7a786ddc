"""The bill of materials of a release: CycloneDX 1.5, JSON (ECMA-424), without a time, so that it is the same each time. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_WHEEL = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)-.+\.whl")


def bill(version: str, wheels: Mapping[str, str], debian: Iterable[str]) -> dict[str, Any]:
    """`wheels`: digests (SHA-256) by file name. `debian`: packages a box takes from its own archive, in that archive's version."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "claim-gateway",
                "name": "claim-gateway",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [
            *(_wheel(name, digest) for name, digest in sorted(wheels.items())),
            *(_debian(name) for name in sorted(debian)),
        ],
    }


def _wheel(file: str, digest: str) -> dict[str, Any]:
    found = _WHEEL.fullmatch(file)
    if found is None:
        raise ValueError(f"{file} is not a wheel's name")
    name = re.sub(r"[-_.]+", "-", found["name"]).lower()
    return {
        "type": "library",
        "bom-ref": file,
        "name": name,
        "version": found["version"],
        "purl": f"pkg:pypi/{name}@{found['version']}?file_name={file}",
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def _debian(name: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": f"debian:{name}", "name": name, "purl": f"pkg:deb/debian/{name}"}
