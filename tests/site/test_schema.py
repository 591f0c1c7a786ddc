import json

from gateway.site.model import Site
from gateway.site.schema import site_schema


def test_it_is_json_and_says_what_it_is() -> None:
    schema = json.loads(json.dumps(site_schema()))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "claim-gateway site file"
    assert set(schema["properties"]) == {field.alias or name for name, field in Site.model_fields.items()}
    assert set(schema["required"]) == {"site", "responsible", "layout", "zones"}


def test_every_reference_resolves_and_null_is_offered_nowhere() -> None:
    schema = site_schema()
    text = json.dumps(schema)

    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}

    assert names <= set(schema["$defs"])
    assert '"null"' not in text
    assert ": null" not in text


def test_every_key_has_a_description_and_nothing_else_is_allowed() -> None:
    schema = site_schema()
    for name, table in [("the site file", schema), *schema["$defs"].items()]:
        tables = [one for one in table.get("anyOf", [table]) if one.get("type") == "object"]
        for one in tables:
            assert one["additionalProperties"] is False, name
            for key, value in one["properties"].items():
                assert value.get("description"), f"{name}.{key}"


def test_short_forms_are_offered() -> None:
    schema = site_schema()

    assert schema["$defs"]["Port"]["anyOf"][0]["type"] == "string"
    assert schema["$defs"]["Uplink"]["anyOf"][0]["enum"] == ["dhcp", "ra", "pd"]
