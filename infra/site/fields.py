"""JSON Schemas as tables for people: a row for each field, its type in words. Pure."""

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]  # a piece of a schema
_ID = re.compile(r"\^\[0-9a-f\]\{8\}")
_TIME = re.compile(r"\\dT\\d")


def table(schema: Json) -> str:
    """The fields of an object but its `type` tag; empty where it has none. An asterisk: it is always there."""
    properties = {name: field for name, field in schema.get("properties", {}).items() if name != "type"}
    if not properties:
        return ""
    required = set(schema.get("required", ()))
    rows = [
        f"| `{name}`{'*' if name in required else ''} | {words(field)} | {_cell(field.get('description', ''))} |"
        for name, field in properties.items()
    ]
    return "\n".join(["| field | type | |", "| --- | --- | --- |", *rows, ""])


def words(schema: Json) -> str:
    """The type of a field."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(words(one) for one in schema[several]))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return _plain(schema)


def _plain(schema: Json) -> str:
    match schema.get("type"):
        case "string":
            return _string(schema)
        case "array":
            return f"list of {_items(schema)}{_limits(schema, 'Items', ' items')}"
        case "object":
            inner = schema.get("additionalProperties")
            return f"object of {words(inner)}" if isinstance(inner, dict) and inner else "object"
        case "integer" | "number" as kind:
            return f"{kind}{_range(schema)}"
        case str(kind):
            return kind
        case _:
            return "anything"


def _string(schema: Json) -> str:
    pattern = schema.get("pattern", "")
    if _ID.search(pattern) or schema.get("format") == "uuid":
        return "id"
    if _TIME.search(pattern) or schema.get("format") == "date-time":
        return "time"
    if schema.get("contentEncoding") == "base64":
        return "base64"
    return f"string{_limits(schema, 'Length', ' characters')}"


def _items(schema: Json) -> str:
    if "prefixItems" in schema:
        return ", ".join(words(one) for one in schema["prefixItems"])
    items = schema.get("items")
    return words(items) if isinstance(items, dict) and items else "anything"


def _limits(schema: Json, what: str, unit: str) -> str:
    low, high = schema.get(f"min{what}"), schema.get(f"max{what}")
    if high is None:
        return "" if low is None else f", at least {low}{unit}"
    return f", at most {high}{unit}" if low in (None, 0, high) else f", {low} to {high}{unit}"


def _range(schema: Json) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def section(name: str, schema: Json, level: int = 3) -> str:
    """A heading, what the schema says of itself, its fields."""
    parts = (f"{'#' * level} {name}", _paragraph(schema.get("description", "")), table(schema))
    return "\n\n".join(part.rstrip() for part in parts if part) + "\n"


def _paragraph(text: str) -> str:
    """Its lines begin where they should: Markdown takes an indented one for code."""
    return "\n".join(line.strip() for line in text.strip().splitlines())
