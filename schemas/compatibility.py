"""Whether a schema breaks an older one: every value that was ever written must still be read, and mean the same. Pure.

Allowed are new types, new fields that may be missing, and wider values: one more in a set, null where there was none,
looser limits. Everything else is refused, also what could be argued for: a new meaning needs a new type.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_LOWER = ("minimum", "minLength", "minItems")  # wider when smaller or gone
_UPPER = ("maximum", "maxLength", "maxItems")  # wider when larger or gone
_PROSE = ("title", "description", "default", "$schema", "discriminator")
_LOOKED_AT = {"properties", "required", "enum", "anyOf", "oneOf", "items", "prefixItems", "$defs"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """What is no longer as it was, in words; empty if the new schema reads all that was written under the old."""
    return [*_types(old, new), *_changed("value", old, new)]


def _types(old: Schema, new: Schema) -> Iterator[str]:
    kept = new.get("$defs", {})
    for name, type_ in old.get("$defs", {}).items():
        if name not in kept:
            yield f"{name} was removed or renamed"
        else:
            yield from _changed(name, type_, kept[name])


def _changed(where: str, old: Schema, new: Schema) -> Iterator[str]:
    if new == old:
        return
    if "anyOf" in new and "anyOf" not in old:  # a value became one of several
        old = {"anyOf": [old]}
    yield from _fields(where, old, new)
    yield from _alternatives(where, old, new)
    yield from _elements(where, old, new)
    yield from _limits(where, old, new)
    rest = (old.keys() | new.keys()) - _LOOKED_AT - {*_PROSE, *_LOWER, *_UPPER}
    for name in sorted(rest):
        if old.get(name) != new.get(name):
            yield f"{where}: {name} changed from {old.get(name)!r} to {new.get(name)!r}"


def _fields(where: str, old: Schema, new: Schema) -> Iterator[str]:
    kept = new.get("properties", {})
    for name, field in old.get("properties", {}).items():
        if name not in kept:
            yield f"{where}.{name} was removed or renamed"
        else:
            yield from _changed(f"{where}.{name}", field, kept[name])
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{where}.{name} is newly required"


def _alternatives(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for kind in ("enum", "anyOf", "oneOf"):
        if kind in new and kind not in old:
            yield f"{where}: {kind} is new"
        elif kind in old and kind in new:
            for one in old[kind]:
                if not any(_is_read_by(one, other) for other in new[kind]):
                    yield f"{where}: {one!r} is no longer allowed"


def _is_read_by(old: object, new: object) -> bool:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return not list(_changed("", old, new))
    return old == new


def _elements(where: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("items"), new.get("items")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _changed(f"{where}[]", before, after)
    elif before != after:
        yield f"{where}: items changed"
    first, second = old.get("prefixItems", []), new.get("prefixItems", [])
    if len(second) < len(first):
        yield f"{where}: an element was removed"
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        yield from _changed(f"{where}[{place}]", one, other)


def _limits(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for name in _LOWER:
        if name in new and (name not in old or new[name] > old[name]):
            yield f"{where}: {name} is narrower"
    for name in _UPPER:
        if name in new and (name not in old or new[name] < old[name]):
            yield f"{where}: {name} is narrower"
