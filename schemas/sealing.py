"""Sealing: AES-256-GCM under one data key per author, itself kept wrapped under the house's master key.

The conversation, the sender and the `client_id` are bound as associated data: put elsewhere, a body does not open.
The only file that uses `cryptography`. DESIGN, section 9.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.bodies import Body, SealedBody, SealedText, kind, media_id, plain

KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """The ciphertext was not made under this key for this place."""


class DataKey:
    """An author's data key, ready to seal, open and digest."""

    __slots__ = ("_cipher", "_digest_key")

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._digest_key = hmac.digest(key, b"digest", "sha256")

    def seal(self, body: Body, *, conversation_id: str, sender_id: str, client_id: str) -> SealedBody:
        text = plain(body)
        nonce = os.urandom(NONCE_BYTES)
        bound = _associated(conversation_id, sender_id, client_id)
        return SealedBody(kind(body), len(text), nonce + self._cipher.encrypt(nonce, text, bound), media_id(body))

    def open(self, body: SealedBody, *, conversation_id: str, sender_id: str, client_id: str) -> bytes:
        """The plain body's JSON. Raises SealBroken."""
        bound = _associated(conversation_id, sender_id, client_id)
        return _decrypt(self._cipher, body.sealed, bound)

    def digest(self, content: bytes) -> bytes:
        """What tells a repeat from a conflict: sealed bodies differ at every sealing, this does not."""
        return hmac.digest(self._digest_key, content, "sha256")[:16]


class ConversationKey:
    """What a conversation's name and description are sealed under: derived from the master key, kept nowhere."""

    __slots__ = ("_cipher", "_conversation_id")

    def __init__(self, master_key: bytes, conversation_id: str) -> None:
        self._cipher = AESGCM(hmac.digest(master_key, f"conversation:{conversation_id}".encode(), "sha256"))
        self._conversation_id = conversation_id

    def seal(self, text: str) -> SealedText:
        nonce = os.urandom(NONCE_BYTES)
        return SealedText(nonce + self._cipher.encrypt(nonce, text.encode(), self._conversation_id.encode()))

    def open(self, text: SealedText) -> str:
        """Raises SealBroken."""
        return _decrypt(self._cipher, text.sealed, self._conversation_id.encode()).decode()


class TokenKey:
    """What push tokens are sealed under in the store, and what tells equal ones without opening them."""

    __slots__ = ("_cipher", "_hash_key")

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(master_key, b"push-tokens", "sha256"))
        self._hash_key = hmac.digest(master_key, b"push-token-hashes", "sha256")

    def seal(self, token: str, *, device_id: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, token.encode(), device_id.encode())

    def open(self, sealed: bytes, *, device_id: str) -> str:
        """Raises SealBroken."""
        return _decrypt(self._cipher, sealed, device_id.encode()).decode()

    def hash(self, provider: str, token: str) -> bytes:
        return hmac.digest(self._hash_key, f"{provider}:{token}".encode(), "sha256")


class HandleKey:
    """What keeps the handle of somebody who was erased reserved without keeping it: handles are too short for a hash
    that has no key."""

    __slots__ = ("_key",)

    def __init__(self, master_key: bytes) -> None:
        self._key = hmac.digest(master_key, b"handles", "sha256")

    def hash(self, handle: str) -> bytes:
        return hmac.digest(self._key, handle.encode(), "sha256")


def new_data_key(master_key: bytes, user_id: str) -> bytes:
    """A fresh data key of a user, wrapped for the store."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(master_key).encrypt(nonce, os.urandom(KEY_BYTES), user_id.encode())


def unwrap(master_key: bytes, user_id: str, wrapped: bytes) -> DataKey:
    """The data key that the store keeps wrapped. Raises SealBroken."""
    return DataKey(_decrypt(AESGCM(master_key), wrapped, user_id.encode()))


def _associated(conversation_id: str, sender_id: str, client_id: str) -> bytes:
    return f"{conversation_id}|{sender_id}|{client_id}".encode()


def _decrypt(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as broken:  # ValueError: there is not even a whole nonce
        raise SealBroken("the seal does not open here") from broken
