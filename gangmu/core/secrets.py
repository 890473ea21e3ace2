"""Keeping a value unreadable at rest, finding it again, and showing a part of it."""

import secrets as random
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_NONCE, _TAG = 12, 16


@lru_cache(maxsize=16)
def derive_key(master: bytes, purpose: str) -> bytes:
    """Return a key for one purpose, so that no two uses share one."""
    mac = hmac.HMAC(master, hashes.SM3())
    mac.update(purpose.encode())
    return mac.finalize()


def encrypt(master: bytes, text: str, *, purpose: str) -> bytes:
    """Return the text under SM4-GCM, with its nonce before and its tag behind."""
    nonce = random.token_bytes(_NONCE)
    key = derive_key(master, "encrypt:" + purpose)[:16]
    sealer = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    body = sealer.update(text.encode()) + sealer.finalize()
    return nonce + body + sealer.tag


def decrypt(master: bytes, sealed: bytes, *, purpose: str) -> str:
    """Return the text; raises ``cryptography.exceptions.InvalidTag`` when it was altered."""
    nonce, body, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
    key = derive_key(master, "encrypt:" + purpose)[:16]
    opener = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    return (opener.update(body) + opener.finalize()).decode()


@lru_cache(maxsize=16)
def _finder(master: bytes, purpose: str) -> hmac.HMAC:
    """Return the beginning that all fingerprints for one purpose share; to be copied."""
    return hmac.HMAC(derive_key(master, "find:" + purpose), hashes.SM3())


def fingerprint(master: bytes, text: str, *, purpose: str) -> str:
    """Return the keyed HMAC-SM3 of a text: equal texts are found, nothing is read."""
    mac = _finder(master, purpose).copy()
    mac.update(text.encode())
    return mac.finalize().hex()


def mask(text: str, *, head: int = 3, tail: int = 4) -> str:
    """Return a text with its middle hidden, as ``110***********1234``."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
