"""Our own path, whole: a draft is prepared, asked about by every rule, scored and judged."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.texts import ROOT
from moderation.classifier.folder import load_serving
from moderation.classifier.model import Classifier
from moderation.classifier.storage import check_name, load
from moderation.draft import Draft
from moderation.judgement import judge, judge_all
from moderation.rules import Case, EntryList, History, ListKind, Policy, shipped_lists
from moderation.verdict import Action, Verdict

MODELS = ROOT / "models"

_NO_HISTORY = History()


def classifier(name: str | None = None) -> Classifier:
    """Load a model by name, or the one that serves."""
    return load(MODELS / check_name(name)) if name else load_serving(MODELS)


def policy(terms: Path | None = None) -> Policy:
    """The policy of a new site, with one more list if its file is named."""
    found = Policy(lists=shipped_lists())
    if terms is None:
        return found
    long = EntryList.parse("long", ListKind.TERMS, Action.REVIEW, terms.read_text("utf-8"))
    return replace(found, lists=(*found.lists, long))


def prepare(text: str, policy: Policy) -> Case:
    """Make a case of a text from nobody in particular."""
    return Case.prepare(Draft(text=text), policy, _NO_HISTORY)


class Judge:
    """Judges texts under one policy."""

    def __init__(self, classifier: Classifier, policy: Policy, *, explain: bool) -> None:
        self.classifier = classifier
        self.policy = policy
        self.explain = explain

    def one(self, text: str) -> Verdict:
        """Judge one text."""
        return judge(prepare(text, self.policy), self.classifier, explain=self.explain)

    def batch(self, texts: Sequence[str]) -> list[Verdict]:
        """Judge many texts in one call."""
        cases = [prepare(text, self.policy) for text in texts]
        return judge_all(cases, self.classifier, explain=self.explain)
