"""The site file's JSON Schema, for editors: it completes keys and marks slips while the vendor types.

The schema knows shapes only. What must fit together is known to `check`.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gateway.site.model import Site

# Tables that may also be written as one word.
_SHORT_FORMS: dict[str, dict[str, Any]] = {
    "Port": {"type": "string", "examples": ["eth1"]},
    "Uplink": {"type": "string", "enum": ["dhcp", "ra", "pd"]},
}


def site_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the site file."""
    schema = Site.model_json_schema(schema_generator=_Generator)
    for name, short in _SHORT_FORMS.items():
        table = schema["$defs"][name]
        schema["$defs"][name] = {"title": table["title"], "anyOf": [short, table]}
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "claim-gateway site file",
        "description": Site.__doc__,
    } | {key: value for key, value in schema.items() if key not in ("title", "description")}


class _Generator(GenerateJsonSchema):
    """A key without a value is a mistake in a site file, so `null` is offered nowhere."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def encode_default(self, dft: Any) -> Any:
        default = super().encode_default(dft)
        return (
            {key: value for key, value in default.items() if value is not None}
            if isinstance(default, dict)
            else default
        )
