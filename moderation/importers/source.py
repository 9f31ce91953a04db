"""Read an export in pieces, unpacked where it is compressed, so that its size takes no memory."""

import codecs
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from moderation.refusal import Refusal

_AT_ONCE = 64 * 1024
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
# Text does not shrink further than to a hundredth, unless it was made to flood whoever unpacks it. Less
# than this does no harm, however much it has shrunk.
_MOST_EXPANSION = 100
_HARMLESS = 16 * 1024 * 1024
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class BadFile(Refusal):
    """A file that cannot be imported, or not further; the message says where it broke and why."""


def pieces(file: BinaryIO, tell: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Yield the content of `file` in pieces of at most 64 KiB; `tell` hears how many bytes were read.

    A file that gzip compressed is unpacked on the way. Raises BadFile.
    """
    read = _read(file, tell)
    first = b""
    while len(first) < len(_ZIP) and (more := next(read, b"")):
        first += more
    if first.startswith(_ZIP):
        raise BadFile("This is a ZIP archive. Unpack it, and import each of the files in it.")
    yield from _unpacked(first, read) if first.startswith(_GZIP) else _text(first, read)


def _read(file: BinaryIO, tell: Callable[[int], None]) -> Iterator[bytes]:
    done = 0
    try:
        while piece := file.read(_AT_ONCE):
            done += len(piece)
            tell(done)
            yield piece
    except OSError as error:
        raise BadFile(
            f"The file cannot be read further than {done:,} bytes: {error.strerror}."
        ) from None


def _text(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadFile("The file is written in UTF-16. Save it as UTF-8, and import that.")
    yield first
    yield from rest


def _unpacked(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    unpacked = _members(first, rest)
    yield from _text(next(unpacked, b""), unpacked)


def _members(waiting: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack each of the members that a gzip file may consist of."""
    packed, unpacked = len(waiting), 0
    while waiting:
        member = zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            try:
                piece = member.decompress(waiting, _AT_ONCE)
            except zlib.error:
                raise BadFile(
                    f"The compressed file is damaged: it can be unpacked as far as {unpacked:,} bytes."
                ) from None
            waiting = member.unconsumed_tail
            unpacked += len(piece)
            if unpacked > max(_HARMLESS, packed * _MOST_EXPANSION):
                raise BadFile(
                    f"The compressed file is more than {_MOST_EXPANSION} times as large once unpacked, "
                    "as no export is. If you trust it, unpack it yourself and import that."
                )
            if piece:
                yield piece
            elif not (waiting or member.eof):
                waiting = next(rest, b"")
                packed += len(waiting)
                if not waiting:
                    raise BadFile("The compressed file ends too early: it was not copied to its end.")
        # Some tools fill the last block with zeros, which say nothing.
        waiting = member.unused_data.lstrip(b"\0")
        while not waiting and (more := next(rest, b"")):
            packed += len(more)
            waiting = more.lstrip(b"\0")
