"""Whatever a retraining dies of, a whole model serves: the old one or the new one."""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bench.decided import fill
from moderation.store import Database
from tests.classifier.making import decisions
from tests.conftest import SHIPPED_MODELS, START
from tests.running import MODERATION

ROOT = Path(__file__).parents[2]
DECISIONS = 300


@pytest.fixture
def environment(database_url, tmp_path):
    """A database of decisions from which much can be learnt, and the shipped model."""
    database = Database(database_url)
    texts = [(one.text, one.rejected) for one in decisions(DECISIONS)]
    fill(database, DECISIONS, texts=texts, now=START + timedelta(days=30), tell=lambda *_: None)
    database.close()
    models = tmp_path / "models"
    shipped = next(SHIPPED_MODELS.glob("base-*"))
    shutil.copytree(shipped, models / shipped.name)
    return {
        **os.environ,
        "MODERATION_INSTANCE": str(tmp_path),
        "MODERATION_DATABASE_URL": database_url,
        "MODERATION_MODELS": str(models),
        "MODERATION_LOG_FORMAT": "json",
    }


@pytest.mark.long
@pytest.mark.parametrize("how", ["steps", "moments"])
def test_fifty_retrainings_are_killed(environment, how):
    done = subprocess.run(
        [
            sys.executable,
            *("-m", "tests.registry.retraining"),
            environment["MODERATION_DATABASE_URL"],
            environment["MODERATION_MODELS"],
            how,
            "50",
        ],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert told["killed"] == 50
    assert told["old"] + told["new"] >= 50


@pytest.mark.long
def test_the_same_decisions_give_the_same_model_and_one_retrains_at_a_time(environment):
    def retrain(name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [MODERATION, "retrain", "--name", name],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    together = [retrain("site-1"), retrain("site-2")]
    told = [one.communicate() for one in together]
    codes = [one.returncode for one in together]
    assert sorted(codes) == [0, 1], told
    refused = codes.index(1)
    assert "Another retraining is at work on this database: process " in told[refused][1]
    again = retrain(f"site-{refused + 1}")
    again.communicate()
    cards = [
        json.loads((Path(environment["MODERATION_MODELS"]) / name / "card.json").read_text())
        for name in ("site-1", "site-2")
    ]

    assert again.returncode == 0
    assert cards[0]["sha256"] == cards[1]["sha256"]
    assert cards[0]["priors"] == {
        "grams": 4.5,
        "shift": 2.0,
        "rejection": 1.0,
        "attributes": 0.3,
        "circumstances": 1.0,
    }
