"""Read comments from CSV with a line that names the columns, such as spreadsheets and scripts write."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from moderation.importers import wxr
from moderation.importers.record import SHORT_FIELDS, Record, Skipped, Status, make
from moderation.importers.source import BadFile

_DELIMITERS = ",;\t|"
_NEEDED = frozenset({"id", "text"})
COLUMNS = ("id", "text", "status", "date", "parent_id", "page_date", *SHORT_FIELDS)
"""What the first line may name."""

# As WordPress's own table names them, so that what its command line prints can be read as it is.
_OF_WORDPRESS = {
    "comment_id": "id",
    "comment_content": "text",
    "comment_type": "type",
    "comment_approved": "status",
    "comment_date_gmt": "date",
    "comment_parent": "parent_id",
    "comment_author": "author_name",
    "comment_author_email": "author_email",
    "comment_author_url": "author_url",
    "comment_author_ip": "author_ip",
    "comment_agent": "author_user_agent",
    "user_id": "author_id",
}
_NONE = {"author_id": "0", "parent_id": "0"}
# Of a line that has no end, no more is read.
_LONGEST_LINE = 1_000_000
_LONGEST_FIELD = 131_072


def read(pieces: Iterable[bytes]) -> Iterator[Record | Skipped]:
    """Yield each row of a CSV file in its order; a row that cannot be one is skipped. Raises BadFile."""
    lines = _lines(pieces)
    first = next(lines, "")
    delimiter, columns = _header(first)
    # Strict, so that a row with a stray quotation mark is named, and not guessed at.
    # The limit is one for the whole process, and others may have set theirs.
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Skipped(where=f"line {rows.line_num + 1:,}", why=f"it is no row: {error}")
            continue
        if row:
            # The line on which it ends; the first line of the file was read before.
            yield _record(f"line {rows.line_num + 1:,}", columns, row)


def _header(line: str) -> tuple[str, list[str]]:
    """Find which delimiter makes columns of the first line, and name them as they are named here."""
    for delimiter in _DELIMITERS:
        try:
            named = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        # Names that are also WordPress's are ours.
        columns = [_OF_WORDPRESS.get(name, name) for name in (one.strip().lower() for one in named)]
        if set(columns) >= _NEEDED:
            if len(set(columns)) < len(columns):
                raise BadFile("The first line names a column twice.")
            return delimiter, columns
    raise BadFile(
        "The first line must name the columns, id and text among them. There may be: "
        f"{', '.join(COLUMNS)}."
    )


def _record(where: str, columns: Sequence[str], row: Sequence[str]) -> Record | Skipped:
    if len(row) != len(columns):
        return Skipped(where=where, why=f"it has not as many fields as the first line ({len(columns)})")
    given = {
        name: text for name, text in zip(columns, row, strict=True) if text.strip() != _NONE.get(name)
    }
    why = wxr.why_no_reader_wrote(given.get("type", ""))
    if why:
        return Skipped(where=where, why=why)
    status = _status(given.get("status", ""))
    if status is None:
        return Skipped(where=where, why=f"its status is none of {', '.join(Status)}, trash")
    return make(where, "csv-", status, given)


def _status(text: str) -> Status | None:
    word = text.strip().lower()
    if not word:
        # Where nobody says what was decided, somebody has to look.
        return Status.PENDING
    if word in list(Status):
        return Status(word)
    return wxr.status(word)


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Decode the file and yield it by lines, with their ends."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest, number = "", 0
    for is_last, piece in _marked(pieces):
        try:
            text = decoder.decode(piece, final=is_last)
        except UnicodeDecodeError:
            raise BadFile(
                f"The file is not UTF-8 text, soon after line {number + 1:,}. Save it as UTF-8, "
                "and import that."
            ) from None
        # Splits at the ends of lines alone, not at what separates paragraphs inside a text.
        *whole, rest = list(io.StringIO(rest + text, newline="")) or [""]
        yield from whole
        number += len(whole)
        if len(rest) > _LONGEST_LINE:
            raise BadFile(f"Line {number + 1:,} is longer than {_LONGEST_LINE:,} characters.")
    if rest:
        yield rest


def _marked(pieces: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Say with each piece whether it is the last one, which is empty."""
    for piece in pieces:
        yield False, piece
    yield True, b""
