"""What is acknowledged is on the disk by then: the system's own calls, in their order."""

import re
import shutil

import pytest

from moderation.settings import Settings
from moderation.store import Database, upgrade
from tests.calling import call
from tests.conftest import KEY, add_site, left_out
from tests.serving import Service

# Forcing a file to the disk, and whatever can send an answer.
CALLS = "trace=fsync,fdatasync,write,writev,sendto,sendmsg"


@pytest.mark.long
def test_the_log_of_the_database_is_forced_to_the_disk_before_the_answer_is_sent(tmp_path):
    if not shutil.which("strace"):
        left_out("no strace on this machine")
    url = Settings(instance=tmp_path).where_data_lives()
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    database.close()
    traced = tmp_path / "calls"
    through = ("strace", "-f", "-yy", "-s", "40", "-e", CALLS, "-o", str(traced))
    service = Service(tmp_path, url, through=through, settings={"MODERATION_WORKERS": "1"})
    service.start()
    try:
        before = len(traced.read_text().splitlines())
        for number in range(3):
            sent = {"id": str(number), "text": f"The ferry came late again on day {number}."}
            answer = call("POST", f"{service.address}/api/v1/comments", sent, key=KEY)
            assert answer.status == 201
    finally:
        service.stop()

    seen = "".join(
        "f" if re.search(r"fdatasync\(\d+<\S*moderation\.db-wal>\)", line) else "a"
        for line in traced.read_text().splitlines()[before:]
        if "moderation.db-wal>)" in line or "HTTP/1.1 201" in line
    )
    # A log that begins is forced once more.
    assert re.match("(f+a){3}", seen)
