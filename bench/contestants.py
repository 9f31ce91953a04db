"""Who takes part: ours, the same model through scikit-learn, and the peers.

Each is started in a process of its own; what it needs is imported there and only there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run asks of ours; peers take no notice of it."""

    model: str | None = None
    # A file of terms, one a line, beside the shipped lists.
    terms: Path | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A contestant that was started."""

    # The call that a user would make for one comment, and for many where there is such a call.
    one: Callable[[str], object]
    batch: Callable[[Sequence[str]], object] | None = None
    # How bad a text is, 0 to 1, by the name of what is said of it.
    scores: Callable[[str], Mapping[str, float]] | None = None
    # The action, where it decides on one.
    action: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who may take part, and what to say of it."""

    name: str
    what: str
    start: Callable[[Setting], Ready]
    # The packages whose versions matter.
    packages: tuple[str, ...] = ()
    # Whether it says how bad a text is; and not the same as another who takes part.
    judges_quality: bool = True


def by_name(name: str) -> Contestant:
    """Find a contestant."""
    return next(one for one in CONTESTANTS if one.name == name)


def _ours(*, explain: bool) -> Callable[[Setting], Ready]:
    def start(setting: Setting) -> Ready:
        from bench.ours import Judge, classifier, policy
        from moderation.text import normalise
        from moderation.verdict import sigmoid

        judge = Judge(classifier(setting.model), policy(setting.terms), explain=explain)

        def scores(text: str) -> dict[str, float]:
            # The classifier is asked by itself where a verdict does without it: in another language.
            said = judge.classifier.score(normalise(text))
            likely = judge.one(text).probability
            return {
                "toxicity": said.attributes["toxicity"],
                "rejection": sigmoid(said.rejection) if likely is None else likely,
            }

        return Ready(judge.one, judge.batch, scores, lambda text: judge.one(text).action)

    return start


def _twin(setting: Setting) -> Ready:
    from bench.ours import classifier
    from bench.twin import Twin

    twin = Twin(classifier(setting.model).weights)
    return Ready(lambda text: twin.probabilities([text]), twin.probabilities)


def _alt_profanity_check(_: Setting) -> Ready:
    from profanity_check import predict_prob

    return Ready(
        lambda text: predict_prob([text]),
        predict_prob,
        lambda text: {"": float(predict_prob([text])[0])},
    )


def _better_profanity(_: Setting) -> Ready:
    from better_profanity import profanity

    return Ready(profanity.contains_profanity, scores=_yes_or_no(profanity.contains_profanity))


def _glin_profanity(_: Setting) -> Ready:
    from glin_profanity import Filter

    found = Filter()
    return Ready(found.is_profane, scores=_yes_or_no(found.is_profane))


def _profanex(_: Setting) -> Ready:
    from profanex import Filter

    found = Filter()
    return Ready(found.contains, found.contains_many, _yes_or_no(found.contains))


def _safetype(_: Setting) -> Ready:
    from safetype import create_moderation_engine

    engine = create_moderation_engine()

    def confidence(text: str) -> dict[str, float]:
        return {"": max((match.confidence for match in engine.moderate(text).matches), default=0.0)}

    return Ready(engine.moderate, scores=confidence)


def _hatesonar(_: Setting) -> Ready:
    from hatesonar import Sonar

    sonar = Sonar()

    def scores(text: str) -> dict[str, float]:
        classes = {one["class_name"]: float(one["confidence"]) for one in sonar.ping(text)["classes"]}
        return {"": 1 - classes["neither"]}

    return Ready(sonar.ping, scores=scores)


def _detoxify(_: Setting) -> Ready:
    from detoxify import Detoxify

    model = Detoxify("original")
    return Ready(model.predict, model.predict, lambda text: {"": float(model.predict(text)["toxicity"])})


def _bert_base(_: Setting) -> Ready:
    from bench.bert import BertBase

    return Ready(BertBase().one)


def _yes_or_no(says: Callable[[str], bool]) -> Callable[[str], Mapping[str, float]]:
    return lambda text: {"": float(says(text))}


BASE = "alt-profanity-check"
OURS = "ours"
OURS_EXPLAINED = "ours, with reasons"
TWIN = "ours through scikit-learn"

CONTESTANTS: tuple[Contestant, ...] = (
    Contestant(
        OURS,
        "the whole path: text normalised, links found, all rules, classifier, verdict",
        _ours(explain=False),
    ),
    Contestant(
        OURS_EXPLAINED,
        "the same, with the words that weighed most",
        _ours(explain=True),
        judges_quality=False,
    ),
    Contestant(
        TWIN,
        "our classifier alone, as a scikit-learn pipeline",
        _twin,
        ("scikit-learn",),
        judges_quality=False,
    ),
    Contestant(
        BASE, "a linear model over words, in scikit-learn", _alt_profanity_check, (BASE, "scikit-learn")
    ),
    Contestant(
        "glin-profanity",
        "a word list; some disguises are undone",
        _glin_profanity,
        ("glin-profanity",),
    ),
    Contestant("safetype", "word lists and patterns", _safetype, ("safetype",)),
    Contestant("profanex", "a word list, in compiled code", _profanex, ("profanex",)),
    Contestant(
        "better-profanity",
        "a word list with every disguise written out",
        _better_profanity,
        ("better-profanity",),
    ),
    Contestant("hatesonar", "a linear model, in ONNX", _hatesonar, ("hatesonar", "onnxruntime")),
    Contestant(
        "detoxify",
        "BERT, fine-tuned; its weights are fetched when it starts",
        _detoxify,
        ("detoxify", "torch"),
    ),
    Contestant(
        "BERT-base, random weights",
        "one forward pass without a tokenizer: what such a model costs at least",
        _bert_base,
        ("torch",),
        judges_quality=False,
    ),
)
