"""Write the record to a file: as a table for people, as lines of JSON for programs."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum

from sqlalchemy.orm import Session

from moderation.access import Access
from moderation.audit.searching import Wanted, entries
from moderation.store.tables import AuditEntry

_ROWS_AT_ONCE = 1_000
_COLUMNS = ("id", "done_at", "done_by", "act", "site", "subject", "details")
# What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


def exported(
    reading: Callable[[], AbstractContextManager[Session]],
    wanted: Wanted,
    written: Format,
    *,
    access: Access | None = None,
    site_names: Mapping[int, str],
) -> Iterator[str]:
    """Write what is wanted, the latest first, in pieces.

    Each piece is read in a session of its own, so that a slow reader holds up nobody.
    """
    write = _table if written is Format.CSV else _lines
    if written is Format.CSV:
        yield _table([dict(zip(_COLUMNS, _COLUMNS, strict=True))])
    before = None
    while True:
        with reading() as session:
            found = entries(session, wanted, access=access, limit=_ROWS_AT_ONCE, before=before)
        if found:
            yield write([_row(one, site_names) for one in found])
        if len(found) < _ROWS_AT_ONCE:
            return
        before = found[-1].id


def _row(entry: AuditEntry, site_names: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": entry.id,
        "done_at": entry.done_at.isoformat(),
        "done_by": entry.done_by,
        "act": entry.act,
        "site": None if entry.site_id is None else site_names.get(entry.site_id),
        "subject": entry.subject,
        "details": entry.details,
    }


def _table(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(row[name]) for name in _COLUMNS] for row in rows)
    return text.getvalue()


def _lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _cell(value: object) -> str:
    """Write a value so that no spreadsheet computes it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
