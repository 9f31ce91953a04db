"""Log lines reach whoever reads them."""

import io
import sys

import structlog

from moderation.log import configure


def test_lines_go_to_standard_error_as_it_is_when_they_are_written(monkeypatch, capsys):
    with io.StringIO() as replaced, monkeypatch.context() as meanwhile:
        meanwhile.setattr(sys, "stderr", replaced)
        configure("json")

    structlog.get_logger().warning("something_happened")

    assert '"event": "something_happened"' in capsys.readouterr().err
