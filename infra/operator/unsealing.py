"""Sealed bodies and names in a record's JSON, opened for those who hold the master key.

A body whose author was erased stays closed, and says so; so does one that does not open.
"""

import base64
from typing import Any

import msgspec

from infra.stores.keys import KeyMissing, Keys
from schemas.bodies import SealedBody, SealedText
from schemas.sealing import SealBroken

Opened = Any
"""A record's JSON value with its bodies open."""

_sealed = msgspec.json.Decoder(SealedBody).decode


class Unsealing:
    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def open(self, value: Any) -> Opened:
        """`value` with each sealed part opened in its place. Raises StoreUnavailable."""
        if isinstance(value, list):
            return [await self.open(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: await self._field(value, inside) for name, inside in value.items()}

    async def _field(self, whole: dict[str, Any], inside: Any) -> Any:
        if not isinstance(inside, dict) or "sealed" not in inside:
            return await self.open(inside)
        try:
            if "kind" in inside:
                return await self._body(whole, inside)
            text = SealedText(base64.b64decode(inside["sealed"]))
            return self._keys.conversation_key(whole["conversation_id"]).open(text)
        except (SealBroken, KeyMissing, KeyError, ValueError) as broken:
            return {**inside, "sealed": f"does not open: {broken}"}

    async def _body(self, whole: dict[str, Any], inside: dict[str, Any]) -> Any:
        sender_id = whole["actor_id"]
        key = await self._keys.key(sender_id)
        if key is None:
            return {**inside, "sealed": "erased"}
        body = _sealed(msgspec.json.encode(inside))
        plain = key.open(
            body, conversation_id=whole["conversation_id"], sender_id=sender_id, client_id=whole["client_id"]
        )
        return msgspec.json.decode(plain)
