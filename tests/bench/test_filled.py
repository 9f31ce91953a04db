"""A filled database holds what the pages are measured with: as many answers, however many comments."""

import pytest

from bench import filled
from moderation import review
from moderation.review import Wanted
from moderation.store import Database
from moderation.verdict import Action
from tests.conftest import at, fresh_file


@pytest.mark.parametrize(("count", "waiting"), [(60, 25), (120, 50)])
def test_what_is_rare_is_as_rare_in_any_number_of_comments(tmp_path, count, waiting):
    database = Database(fresh_file(tmp_path))
    filled.fill(database, count, waiting, now=at(0), tell=lambda *_: None)
    asked = (
        Wanted(),
        Wanted(reason=filled.COMMON_REASON, outcome=Action.REVIEW),
        Wanted(reason=filled.RARE_REASON, outcome=Action.REVIEW),
        Wanted(text=filled.RARE),
        Wanted(text=filled.COMMON),
    )
    with database.reading() as session:
        numbers = [review.count(session, one, now=at(0)).number for one in asked]
    database.close()

    assert numbers == [count, waiting, 25, 25, count // 3]
