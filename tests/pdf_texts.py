"""What stands in a PDF that this product wrote, as plain text."""

import base64
import re
import zlib


def texts_of(content: bytes) -> str:
    """Return what stands in the streams of a PDF that this product wrote, as plain text."""
    said = b""
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        said += zlib.decompress(_ascii85(packed.strip()))
    strings = re.findall(rb"\((?:\\.|[^\\)])*\)", said, re.DOTALL)
    return "".join(_unescaped(each[1:-1]).decode("utf-16-be", "replace") for each in strings)


def _ascii85(packed: bytes) -> bytes:
    return base64.a85decode(packed.removesuffix(b"~>"))


def _unescaped(text: bytes) -> bytes:
    def put(match: re.Match[bytes]) -> bytes:
        given = match.group(1)
        return (
            bytes([int(given, 8)])
            if given[:1].isdigit()
            else {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(given, given)
        )

    return re.sub(rb"\\([0-7]{1,3}|.)", put, text, flags=re.DOTALL)
