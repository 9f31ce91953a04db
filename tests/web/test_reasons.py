"""A site's model that foretells reasons, from the API to the moderator's page, on both databases."""

import dataclasses
import re

import numpy as np
import pytest

from moderation.classifier.reasons import Reasons
from moderation.classifier.storage import save
from moderation.settings import Settings
from moderation.store import Database
from tests.browsing import Console, words
from tests.calling import call
from tests.classifier.making import card_for, made_by_hand, point
from tests.conftest import KEY, add_moderator, add_site, fresh_database, listening

SAID = "If moderators here reject it, then most likely as abuse: 65%."


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """A service whose model rejects what is bad, mostly as abuse, and with a link as spam."""
    model = made_by_hand("site-1")
    grams = np.zeros((len(model.weights.vocabulary), 2), np.float32)
    grams[0] = 4.0, 0.0
    reasons = Reasons(("abuse", "spam"), grams, np.zeros(2), {"link": np.array([0.0, 5.0])})
    save(tmp_path / "models" / "site-1", dataclasses.replace(model, reasons=reasons), card_for(model))
    point(tmp_path / "models", "site-1")
    database = Database(url := fresh_database(request, tmp_path))
    add_site(database, "blog", KEY)
    add_moderator(database, "ana")
    database.close()
    with listening(Settings(instance=tmp_path, database_url=url, models=tmp_path / "models")) as found:
        yield found


def test_reasons_are_answered_kept_and_shown(address):
    def send(identifier, text):
        path = f"{address}/api/v1/comments"
        answer = call("POST", path, {"id": identifier, "text": text}, key=KEY)
        assert answer.status == 201, answer.text
        (said,) = (one for one in answer.json["reasons"] if one["source"] == "classifier")
        kept = call("GET", f"{path}/{identifier}", key=KEY)
        assert kept.json["reasons"] == answer.json["reasons"]
        return answer.json["action"], said

    action, bad = send("1", "That is bad.")
    _, linked = send("2", "That is bad, see https://example.org/ please.")
    approved, good = send("3", "That is good.")

    assert (action, approved) == ("review", "approve")
    assert [one["reason"] for one in bad["foretold"]] == ["abuse", "spam"]
    assert sum(one["share"] for one in bad["foretold"]) == pytest.approx(1)
    assert bad["message"].endswith(SAID)
    assert [one["reason"] for one in linked["foretold"]] == ["spam", "abuse"]
    assert good["foretold"] == []

    ana = Console(address)
    ana.log_in("ana")
    page = ana.read("/console/comments/1")
    assert SAID in words(page)
    assert re.search(r'class="reject suggested" name="decision" value="reject:abuse"', page.text)
