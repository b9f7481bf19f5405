"""Rows of TFRecord files, whose records are ``tf.train.Example`` messages. Needs no TensorFlow.

A record is its length (``uint64``, little-endian), the masked CRC32C of these 8 bytes, the message, and its own masked
CRC32C (https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"). The checksum of the length
finds damaged and foreign files. That of the message is not computed: it would take longer than all else in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from seqclf.errors import InputError
from seqclf.tables.content import START, instead_of
from seqclf.tables.decoding import Open
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import ReadingStopped, Row

_HEADER, _CHECKSUM = 12, 4  # bytes before and after a message
_MOST = 2**31  # bytes of a message, as in protobuf
_LISTS = {"bytes_list": ("TYPE_BYTES", 1), "float_list": ("TYPE_FLOAT", 2), "int64_list": ("TYPE_INT64", 3)}


def tfrecord_rows(path: Path, opened: Open = open_binary) -> Iterator[Row | InputError]:
    """Rows with the numbers of their records, from 1, or an error for a record that is no ``tf.train.Example``.

    A feature with one value is that value, one with several a list; without any, it is an empty list. Bytes that are
    UTF-8 are strings. Each row has its own columns.

    Raises:
        InputError: the file is no TFRecord file.
        ReadingStopped: the file is damaged or cut off from some record on.
    """
    with unpacking(path), opened(path) as file:
        for number, message in _messages(path, file):
            try:
                yield number, _values(message)
            except _parse_error() as error:
                found = "no tf.train.Example, the only kind of record that is read"
                if number == 1:
                    raise InputError(f"{path}: its first record is {found}") from error
                yield InputError(f"{path}:{number}: the record is {found}")


def _messages(path: Path, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The content of each record, with its number."""
    number = 0
    while header := file.read(_HEADER):
        number += 1
        if len(header) == _HEADER and _masked_crc32c(header[:8]) != int.from_bytes(header[8:], "little"):
            if number > 1:
                raise ReadingStopped(f"{path}:{number}: the record is damaged; get the file again")
            other = instead_of(path, header + file.read(START), "TFRecord file")
            raise InputError(f"{path}: {other or 'not a TFRecord file'}")
        length = int.from_bytes(header[:8], "little")
        message = file.read(length + _CHECKSUM) if len(header) == _HEADER and length < _MOST else b""
        if len(message) < length + _CHECKSUM:
            if number == 1 and (other := instead_of(path, header + message, "TFRecord file")) is not None:
                raise InputError(f"{path}: {other}")
            raise ReadingStopped(f"{path}:{number}: ends within a record; get the complete file")
        yield number, message[:-_CHECKSUM]


def _values(message: bytes) -> dict[str, Any]:
    """The features of an ``Example``, sorted by name: the message has no order."""
    features = _example()()
    features.ParseFromString(message)
    found = features.features.feature
    return {name: _value(found[name]) for name in sorted(found)}


def _value(feature: Any) -> Any:
    kind = feature.WhichOneof("kind")
    values = [] if kind is None else list(getattr(feature, kind).value)
    if kind == "bytes_list":
        values = [_decoded(value) for value in values]
    return values[0] if len(values) == 1 else values


def _decoded(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:  # an image, say; where a text is expected, its reader reports it
        return value


def _masked_crc32c(content: bytes) -> int:
    table, crc = _crc32c_table(), 0xFFFFFFFF
    for byte in content:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@cache
def _crc32c_table() -> tuple[int, ...]:
    """The remainders of all bytes by Castagnoli's polynomial, least significant bit first."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


@cache
def _example() -> Any:
    """The class of ``tf.train.Example`` (tensorflow/core/example/example.proto and feature.proto)."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="seqclf/example.proto", package="seqclf", syntax="proto3")

    def field(message: Any, name: str, number: int, kind: str, of: str | None = None, *, many: bool = False) -> Any:
        label = kinds.LABEL_REPEATED if many else kinds.LABEL_OPTIONAL
        one = message.field.add(name=name, number=number, type=kinds.Type.Value(kind), label=label)
        if of is not None:
            one.type_name = f".seqclf.{of}"
        return one

    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for name, (kind, number) in _LISTS.items():
        field(file.message_type.add(name=name), "value", 1, kind, many=True)
        field(feature, name, number, "TYPE_MESSAGE", name).oneof_index = 0
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    field(entry, "key", 1, "TYPE_STRING")
    field(entry, "value", 2, "TYPE_MESSAGE", "Feature")
    field(features, "feature", 1, "TYPE_MESSAGE", "Features.FeatureEntry", many=True)
    field(file.message_type.add(name="Example"), "features", 1, "TYPE_MESSAGE", "Features")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("seqclf.Example"))


def _parse_error() -> type[Exception]:
    from google.protobuf.message import DecodeError

    kind: type[Exception] = DecodeError
    return kind
