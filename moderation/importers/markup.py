"""Read XML as a stream of the elements that matter, whatever its size, and refuse XML that is a trap."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from moderation.draft import LONGEST_COMMENT
from moderation.importers.source import BadFile

# More of a text is not kept: whoever reads it sees that it is too long.
_MOST_KEPT = LONGEST_COMMENT + 1
# Real exports stay far below these. Beyond them, memory would grow with the file.
_DEEPEST = 100
_MOST_NAMES = 10_000
_LONGEST_TAG = 4 * 1024 * 1024
# Blogs store these characters, and their exports hold them, but XML forbids them.
_BLANKED = bytes(code if code >= ord(" ") or code in b"\t\n\r" else ord(" ") for code in range(256))
_KNOWN = {
    "html": "This is a web page, no export.",
    "disqus": "This is a Disqus export. It is read by: moderation import disqus",
    "rss": "This is RSS, such as WordPress exports. It is read by: moderation import wxr",
}


class Start(NamedTuple):
    """An element begins."""

    name: str
    attributes: Mapping[str, str]


class End(NamedTuple):
    """An element ends; its text, if it is one whose text is kept."""

    name: str
    text: str


def events(
    pieces: Iterable[bytes], *, root: str, texts: Collection[str], short: Callable[[str], str]
) -> Iterator[Start | End]:
    """Yield the beginnings and ends of elements in XML whose outermost element is `root`.

    `short` makes a short name of `{namespace}name`. Of elements named in `texts`, the text is kept,
    with that of all elements inside, which are not told themselves. Raises BadFile, after
    everything that stood before what is wrong.
    """
    target = _Target(root, texts, short)
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    try:
        for piece in pieces:
            parser.feed(piece.translate(_BLANKED))
            target.check_heard(len(piece))
            yield from target.take()
        parser.close()
    except DTDForbidden as error:
        raise BadFile(_document_type(str(error.name))) from None
    except ParseError as error:
        yield from target.take()
        raise BadFile(_broken(error)) from None
    except BadFile:
        yield from target.take()
        raise
    # What the parser says of encodings that it does not know.
    except (DefusedXmlException, ValueError, LookupError) as error:
        yield from target.take()
        raise BadFile(f"The XML cannot be read: {error}.") from None
    yield from target.take()


class _Target:
    """What the parser tells everything it finds."""

    def __init__(self, root: str, texts: Collection[str], short: Callable[[str], str]) -> None:
        self._heard = False
        # How many bytes were read since something was heard.
        self._silent = 0
        self._root = root
        self._texts = texts
        self._short = short
        # Every name that was seen, as it is used here.
        self._names: dict[str, str] = {}
        self._found: list[Start | End] = []
        self._depth = 0
        # Where the element began whose text is being kept; 0 outside of such.
        self._keeping_since = 0
        self._kept: list[str] = []
        self._room = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._heard = True
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadFile(f"The XML is nested more than {_DEEPEST} deep, as no export is.")
        name = self._name(tag)
        named = {self._name(key): value for key, value in attributes.items()}
        if self._depth == 1 and name != self._root:
            raise BadFile(_other(tag.rpartition("}")[2]))
        if self._keeping_since:
            return
        self._found.append(Start(name, named))
        if name in self._texts:
            self._keeping_since, self._kept, self._room = self._depth, [], _MOST_KEPT

    def data(self, text: str) -> None:
        self._heard = True
        if self._keeping_since and self._room > 0:
            self._kept.append(text[: self._room])
            self._room -= len(text)

    def end(self, tag: str) -> None:
        self._heard = True
        if self._keeping_since in {0, self._depth}:
            self._found.append(End(self._name(tag), "".join(self._kept)))
            self._keeping_since, self._kept = 0, []
        self._depth -= 1

    def comment(self, _text: str) -> None:
        self._heard = True

    def pi(self, _target: str, _data: str | None = None) -> None:
        self._heard = True

    def close(self) -> None:
        """Nothing is left to do."""

    def check_heard(self, size: int) -> None:
        """Refuse what the parser has to keep whole, after another `size` bytes."""
        self._silent = 0 if self._heard else self._silent + size
        self._heard = False
        if self._silent > _LONGEST_TAG:
            raise BadFile("The XML holds a tag or a comment of many megabytes, as no export does.")

    def take(self) -> list[Start | End]:
        found, self._found = self._found, []
        return found

    def _name(self, tag: str) -> str:
        name = self._names.get(tag)
        if name is None:
            if len(self._names) >= _MOST_NAMES:
                raise BadFile(f"The XML has more than {_MOST_NAMES:,} kinds of tags, as no export has.")
            name = self._names[tag] = self._short(tag)
        return name


def _other(root: str) -> str:
    return _KNOWN.get(
        root.lower(), f"This is XML, but no export that is known: it begins with <{root[:50]}>."
    )


def _document_type(name: str) -> str:
    if name.lower() == "html":
        return _KNOWN["html"]
    return (
        "The XML declares a document type (DTD), as no export does, and which can be a trap. "
        "Nothing of what follows it is read."
    )


def _broken(error: ParseError) -> str:
    line, column = error.position
    what = str(error).partition(":")[0]
    if (line, column) == (1, 0):
        return f"The file is empty, or no XML at all: {what}."
    return f"The XML is broken at line {line:,}, column {column:,}: {what}."
