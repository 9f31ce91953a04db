"""Two machines with one database do as one; `make prove-hosts` in short."""

import pytest

from moderation.moderators import FAILURES_A_MINUTE
from tests.hosts import prove


@pytest.mark.long
def test_two_machines_with_one_database_do_as_one(tmp_path, postgresql, request):
    found = prove(tmp_path, postgresql(request), comments=200, waiting=20, guesses=16, is_killed=False)

    assert found.is_exact, found
    assert (found.guesses[401], found.guesses[429]) == (FAILURES_A_MINUTE, 16 - FAILURES_A_MINUTE)
    assert (found.given, found.told) == (20, 20)
