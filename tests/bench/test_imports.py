"""The export that the import is measured with is one, and the same each time."""

from bench.imports import export
from moderation.importers import wxr
from moderation.importers.record import Record, Status


def test_the_made_up_export_holds_what_was_asked_for():
    content = "".join(export(400)).encode()

    found = list(wxr.read([content]))

    assert [one.draft.id for one in found if isinstance(one, Record)] == [
        f"wxr-{n}" for n in range(1, 401)
    ]
    assert {one.status for one in found if isinstance(one, Record)} == set(Status)
    assert [one.draft.text for one in wxr.read(iter(["".join(export(400)).encode()]))] == [
        one.draft.text for one in found
    ]
