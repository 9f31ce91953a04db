"""Files that are traps, broken, or something else: refused, with what stood before kept."""

import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.importers import disqus, source, table, wxr
from moderation.importers.record import Record, Skipped
from moderation.importers.source import BadFile
from tests.importers import making
from tests.importers.making import WXR_HEAD, dsq_post, dsq_thread, wp_comment

READERS = {"wxr": wxr.read, "disqus": disqus.read, "csv": table.read}
EXPORTS = {
    "wxr": making.wxr(wp_comment(), wp_comment(id=2, approved="spam", content="Grüße <b>]]")),
    "disqus": making.disqus(dsq_thread(), dsq_post(), dsq_post(6, isSpam="true")),
    "csv": 'id,text,status\n1,"What, a\nday",spam\n2,Grüße,approved\n'.encode(),
}

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def refusal(pieces: Iterator[object]) -> tuple[int, str]:
    """How much came before a file was refused, and what was said."""
    count = 0
    try:
        for _ in pieces:
            count += 1
    except BadFile as refused:
        return count, str(refused)
    pytest.fail(f"nothing was refused; {count} comments came")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty, or no XML"),
        (b"id,text\n1,a\n", "no XML at all"),
        (b"\x89PNG\r\n\x1a\n\x00", "no XML at all"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
        (b"<html><body>Log in</body></html>", "a web page"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "it begins with <feed>"),
        (EXPORTS["disqus"], "moderation import disqus"),
        (f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]><rss>&l9;</rss>".encode(), "document type (DTD)"),
        (b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss>&x;</rss>", "type (DTD)"),
        (b"<!DOCTYPE rss SYSTEM 'http://192.0.2.1/x.dtd'><rss/>", "document type (DTD)"),
        (b"<rss>" + b"<a>" * 200, "nested more than 100 deep"),
        (b"<rss>" + b"".join(b"<a%d/>" % n for n in range(11_000)), "more than 10,000 kinds of tags"),
        (b"<rss a='" + b"a" * 5_000_000, "a tag or a comment of many megabytes"),
        (b"<rss><!--" + b"a" * 5_000_000, "a tag or a comment of many megabytes"),
        (b"<?xml version='1.0' encoding='shift_jis'?><rss/>", "cannot be read: multi-byte encodings"),
        (b"<?xml version='1.0' encoding='nonsense'?><rss/>", "The XML cannot be read: unknown encoding"),
        (b"<rss><item>&nbsp;</item></rss>", "broken at line 1, column"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_what_it_is(content, complaint):
    count, said = refusal(wxr.read(making.in_pieces(content, 64 * 1024)))

    assert (count, complaint in said) == (0, True), said


def test_another_format_is_led_to_its_own_command():
    _, said = refusal(disqus.read([EXPORTS["wxr"]]))

    assert "moderation import wxr" in said


@pytest.mark.parametrize(
    "breakage", [b"", b"<wp:comment><", b"\xff\xfe", b"</rss>", b"&nbsp;", b"<a>" * 200]
)
@pytest.mark.parametrize("size", [7, 64 * 1024])
def test_what_stood_before_the_break_comes(breakage, size):
    """Also where both are read at once."""
    whole = making.wxr(wp_comment(), wp_comment(id=2)).partition(b"</item>")[0]

    count, _ = refusal(wxr.read(making.in_pieces(whole + breakage, size)))

    assert count == 2


def test_a_huge_text_that_nobody_wants_takes_no_memory():
    """A post of 200 MB, of which no piece is kept."""

    def pieces() -> Iterator[bytes]:
        yield WXR_HEAD.encode() + b"<item><title>"
        for _ in range(200):
            yield b"a" * 1_000_000
        yield b"</title><wp:description>"
        yield b"</wp:description>" + wp_comment().encode() + b"</item></channel></rss>"

    (found,) = wxr.read(pieces())

    assert len(found.draft.page.title) == 2_000


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_a_file_holds_it_is_read_or_refused(name, data):
    content = bytearray(EXPORTS[name])
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 30)))
        content[start:end] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<", b"&#0;", b'"', b"\x00"])
        )
    if data.draw(st.booleans()):
        content = bytearray(gzip.compress(bytes(content)))
        content = content[: data.draw(st.integers(0, len(content)))]
    pieces = source.pieces(io.BytesIO(bytes(content)))

    found: list[Record | Skipped] = []
    with contextlib.suppress(BadFile):
        found.extend(READERS[name](pieces))
    assert all(isinstance(one, Record | Skipped) for one in found)


@pytest.mark.parametrize("name", READERS)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nonsense_is_refused(name, content):
    with pytest.raises(BadFile):
        list(READERS[name](source.pieces(io.BytesIO(content))))


class TestCompressed:
    """Files that gzip made, and files that look so."""

    @pytest.mark.parametrize(
        "packed",
        [
            gzip.compress(b"What a day." * 20_000),
            # Parts that were compressed one by one, and zeros that fill up a tape.
            gzip.compress(b"What a day." * 7_000) + gzip.compress(b"What a day." * 13_000) + b"\0" * 100,
        ],
        ids=["one member", "two members and padding"],
    )
    @pytest.mark.parametrize("size", [1, 100, 64 * 1024])
    def test_it_is_unpacked_in_small_pieces(self, packed, size):
        pieces = list(source.pieces(Slow(packed, size)))

        assert b"".join(pieces) == b"What a day." * 20_000
        assert max(map(len, pieces)) <= 64 * 1024

    @pytest.mark.parametrize(
        ("packed", "complaint"),
        [
            (gzip.compress(bytes(range(256)) * 400)[:-200], "ends too early"),
            (gzip.compress(bytes(range(256)) * 400)[:-8] + b"12345678", "damaged"),
            (b"\x1f\x8b and then nothing of the kind", "damaged"),
            (gzip.compress(b"\xff\xfei\0d\0", mtime=0), "UTF-16"),
            (b"PK\x03\x04 and so on", "ZIP archive"),
            (b"\xff\xfei\0d\0", "UTF-16"),
        ],
    )
    def test_what_cannot_be_unpacked_is_refused(self, packed, complaint):
        with pytest.raises(BadFile) as refused:
            list(source.pieces(io.BytesIO(packed)))

        assert complaint in str(refused.value)

    def test_a_bomb_is_refused_long_before_it_has_gone_off(self):
        """Half a megabyte that would become 400."""
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        start = packer.compress(b"\0" * 10_000_000)

        pieces, said = refusal(source.pieces(io.BytesIO(start + repeated(packer, 40))))

        assert "100 times as large" in said
        assert pieces * 64 * 1024 < 50_000_000

    def test_how_far_the_file_was_read_is_told(self):
        told = []

        list(source.pieces(io.BytesIO(b"a" * 200_000), told.append))

        assert told == [65_536, 131_072, 196_608, 200_000]

    def test_a_disk_that_fails_is_told(self):
        with pytest.raises(BadFile, match="cannot be read further than 3 bytes: Input/output error"):
            list(source.pieces(Failing(b"abc")))


class Slow(io.BytesIO):
    """A file that gives a few bytes at a time, as a pipe does."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(self._size, size or -1))


class Failing(io.BytesIO):
    """A file on a disk that fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if not found:
            raise OSError(5, "Input/output error")
        return found


def repeated(packer: "zlib._Compress", times: int) -> bytes:
    return b"".join(packer.compress(b"\0" * 10_000_000) for _ in range(times)) + packer.flush()
