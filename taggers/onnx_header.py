"""What can be read off an ONNX file without a library: operator sets, and weights that lie elsewhere.

A file is a protobuf ModelProto. Source: onnx.proto (ModelProto.opset_import, OperatorSetIdProto,
TensorProto.external_data, StringStringEntryProto) and the protobuf wire format.
"""

from collections.abc import Iterator
from typing import Final

_OPSET_IMPORT: Final = 8
"""Field of ModelProto."""
_DOMAIN: Final = 1
_VERSION: Final = 2
_VARINT: Final = 0
_LENGTH: Final = 2
_FIXED: Final = {1: 8, 5: 4}
"""Bytes of the other kinds of fields."""

_EXTERNAL_DATA: Final = b"\x0a\x08location"
"""Key of an external-data entry of a tensor: field 1, eight bytes, "location"."""


def opset_of(model: bytes) -> int:
    """Version of ONNX's own operator set that a graph uses; 0 if these bytes are no ONNX model.

    Args:
        model: content of an ONNX file.
    """
    try:
        for number, value in _fields(model):
            if number == _OPSET_IMPORT and isinstance(value, bytes):
                entry = dict(_fields(value))
                version = entry.get(_VERSION)
                if entry.get(_DOMAIN, b"") in {b"", b"ai.onnx"} and isinstance(version, int):
                    return version
    except (IndexError, ValueError):
        return 0
    return 0


def has_external_data(model: bytes) -> bool:
    """True if weights of a graph lie in another file."""
    return _EXTERNAL_DATA in model


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of every field of a message.

    Raises:
        IndexError, ValueError: the bytes are no message.
    """
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        kind = tag & 7
        if kind == _VARINT:
            value, position = _varint(message, position)
            yield tag >> 3, value
            continue
        if kind == _LENGTH:
            size, position = _varint(message, position)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise ValueError(f"no field has kind {kind}")
        if position + size > len(message):
            raise ValueError("a field ends behind the message")
        yield tag >> 3, message[position : position + size]
        position += size


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """An integer of seven bits per byte, and the position behind it."""
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, position
