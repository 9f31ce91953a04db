"""Log lines reach whoever reads them."""

import io
import json
import sys

import pytest
import structlog

from moderation.log import configure

# A line break, what terminals obey, what turns text around, what is no character, and JSON's own marks.
HOSTILE = 'a\r\n{"event": "forged"}\x1b[2J\x9b31m\x07\x00\u202e\u2028\u0085\ud800"\\'


def test_lines_go_to_standard_error_as_it_is_when_they_are_written(monkeypatch, capsys):
    with io.StringIO() as replaced, monkeypatch.context() as meanwhile:
        meanwhile.setattr(sys, "stderr", replaced)
        configure("json")

    structlog.get_logger().warning("something_happened")

    assert '"event": "something_happened"' in capsys.readouterr().err


@pytest.mark.parametrize("field", ["site", "path", "error"])
def test_one_event_is_one_line_of_json_whatever_a_field_holds(capsys, field):
    configure("json")
    structlog.get_logger().warning("something_happened", **{field: HOSTILE})

    (line,) = capsys.readouterr().err.split("\n")[:-1]
    assert json.loads(line)[field] == HOSTILE
    assert line.isascii()
    assert line.isprintable()


def test_a_terminal_obeys_no_field(capsys):
    configure("console")
    structlog.get_logger().warning("something_happened", site=HOSTILE)

    (line,) = capsys.readouterr().err.split("\n")[:-1]
    assert all(odd not in line for odd in "\r\x9b\x07\x00\u202e\u2028\x85")
    assert "\x1b[2J" not in line
