"""`moderation evaluate --safety`, as an operator types it before he trusts a model."""

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from moderation.classifier.safety import evasion
from moderation.classifier.storage import save
from moderation.cli import main
from tests.classifier.making import card_for, made_by_hand


@pytest.fixture
def run(tmp_path, monkeypatch) -> Callable[..., Result]:
    """Run a command in a folder with one model that minds the word “bad” and nothing else."""
    monkeypatch.chdir(tmp_path)
    model = made_by_hand("base-2026-01")
    save(tmp_path / "models" / model.version, model, card_for(model))
    return lambda *words: CliRunner().invoke(main, words)


@pytest.mark.parametrize("every_nth", [8, pytest.param(1, marks=pytest.mark.long)])
def test_every_bar_is_shown_with_what_was_found(run, monkeypatch, every_nth):
    some = evasion.abuses()[::every_nth]
    monkeypatch.setattr(evasion, "abuses", lambda: some)
    told = run("evaluate", "--model", "base-2026-01", "--safety")

    lines = [line.strip() for line in told.stdout.splitlines()]
    shown = {re.split(r"\s{2,}", line)[0]: line.split() for line in lines}
    assert told.exit_code == 0
    assert shown["civil sentences, approved"][-1] == "yes"
    assert shown["abuse without disguise, held"][-1] == "NO"
    assert shown["honest texts, every letter kept"][-4:] == ["99%", "or", "more", "yes"]
    assert shown["explanations, words not where they are said to be"][-1] == "yes"
    assert "soft hyphens" in told.stdout
    assert "Devanagari" in told.stdout


def test_a_corpus_and_the_fixed_texts_are_not_measured_at_once(run, tmp_path):
    told = run("evaluate", "--safety", "--corpus", str(tmp_path))

    assert (told.exit_code, "choose one" in told.stderr) == (2, True)
