"""Say what share of a request's processor time judging takes, measured within this process."""

import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from werkzeug.test import Client

from bench.texts import ROOT
from moderation import sites
from moderation.judgement import judge
from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.web import create_app

_WARM, _COUNTED = 300, 1_000


def share_of_judging(bodies: list[str]) -> float:
    """Send comments to the application itself, and return the share."""
    with tempfile.TemporaryDirectory(prefix="bench-http-") as folder:
        settings = Settings(instance=Path(folder), models=ROOT / "models", log_format="json")
        database = Database(settings.where_data_lives())
        upgrade(database)
        with database.writing() as session:
            _, key = sites.add(session, "blog", "https://blog.example.org/", now=datetime.now(UTC))
            session.commit()
        client = Client(create_app(settings))
        spent = 0.0

        def timed(*about: Any) -> Any:
            nonlocal spent
            began = time.thread_time()
            try:
                return judge(*about)
            finally:
                spent += time.thread_time() - began

        def send(count: int, first: int) -> None:
            for place in range(first, first + count):
                client.post(
                    "/api/v1/comments",
                    data=f'{{"id":"{place}",{bodies[place]}',
                    content_type="application/json",
                    headers={"Authorization": f"Bearer {key}"},
                )

        # Each comment is logged, as it would be; nobody has to read it.
        with patch("moderation.web.judging.judge", timed), redirect_stderr(StringIO()):
            send(_WARM, 0)
            spent = 0.0
            whole = _spent(lambda: send(_COUNTED, _WARM))
        database.close()
    return spent / whole


def _spent(act: Callable[[], None]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began
