"""Every text of the pages is translated, and every sentence of the core is known to the translators."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo, write_mo
from flask_babel import force_locale

import moderation
from moderation import audit
from moderation.classifier import gate
from moderation.rules import ListKind, Mode, Scope, settings
from moderation.rules.lists import CODES
from moderation.rules.options import described
from moderation.settings import Settings
from moderation.verdict import ATTRIBUTES, Action
from moderation.web import create_app
from moderation.web.console.filters import ago, moment, percent
from moderation.web.console.sentences import said
from moderation.web.console.shapes import SHAPES
from moderation.web.console.wording import actor
from tests.classifier.making import NOW, made_by_hand
from tests.conftest import SHIPPED_MODELS, START
from tools import translations

FILES = sorted(translations.WEB.glob("translations/*/LC_MESSAGES/messages.po"))
PLACEHOLDERS = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
ROOT = Path(moderation.__file__).parent
# These speak to owners who set something on the command line, and not of a comment.
TO_OWNERS = {"entries.py", "options.py", "patterns.py", "settings.py", "finders.py"}
SPEAKING = sorted(
    {*ROOT.glob("rules/*.py"), ROOT / "judgement.py", ROOT / "importers" / "storing.py"}
    - {ROOT / "rules" / name for name in TO_OWNERS}
)

# Where use cases of the console refuse; what concerns the command line alone is for operators.
CONSOLE = sorted(
    path
    for folder in ("backtests", "moderators", "policies", "review")
    for path in ROOT.glob(f"{folder}/*.py")
)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An application, for its translations."""
    return create_app(Settings(instance=tmp_path_factory.mktemp("instance"), models=SHIPPED_MODELS))


@pytest.fixture(params=FILES, ids=lambda path: path.parents[1].name)
def catalog(request):
    return translations.read(request.param)


def test_every_language_that_can_be_chosen_has_a_catalogue():
    from moderation.web.language import LANGUAGES

    assert {path.parents[1].name for path in FILES} == LANGUAGES.keys() - {"en"}


def test_a_catalogue_has_each_text_of_the_pages_and_no_other(catalog):
    """Otherwise: python tools/translations.py."""
    assert {one.id for one in catalog if one.id} == {
        one.id for one in translations.extracted() if one.id
    }


def test_nothing_is_left_untranslated_or_doubtful(catalog):
    assert translations.missing(catalog) == []


def test_a_translation_has_the_places_that_its_text_has(catalog):
    for one in catalog:
        if one.id:
            texts = one.id if isinstance(one.id, tuple) else (one.id,)
            strings = one.string if isinstance(one.string, tuple) else (one.string,)
            wanted = {place for text in texts for place in PLACEHOLDERS.findall(text)}
            for string in strings:
                assert set(PLACEHOLDERS.findall(string)) == wanted, one.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parents[1].name)
def test_what_the_service_reads_is_what_translators_wrote(path):
    anew = io.BytesIO()
    write_mo(anew, translations.read(path))
    anew.seek(0)

    assert _texts(io.BytesIO(translations.compiled(path).read_bytes())) == _texts(anew)


def _texts(compiled: io.BytesIO) -> dict[object, object]:
    # The empty text is the header, with the moment at which it was written.
    return {str(one.id): one.string for one in read_mo(compiled) if one.id}


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            (
                "The classifier alone says 51%, mostly for identity attack."
                " If moderators here reject it, then most likely as abuse: 82%."
            ),
            (
                "Der Klassifikator allein sagt 51%, vor allem wegen: Angriff auf eine Gruppe."
                " Wenn Moderatoren ihn hier ablehnen, dann am ehesten als Beleidigung: 82%."
            ),
        ),
        (
            "The classifier alone says 51%, mostly for identity attack.",
            "Der Klassifikator allein sagt 51%, vor allem wegen: Angriff auf eine Gruppe.",
        ),
        (
            "This reads like French; the site's languages are English and German.",
            "Das liest sich wie Französisch; die Sprachen der Website sind Englisch und Deutsch.",
        ),
        (
            "On the list spam: “casino” in the author's name, “a” and 2 more.",
            "Auf der Liste spam: “casino” im Namen, “a” und 2 weitere.",
        ),
        (
            "The same text was sent 4 times before: 4 on other sites. People rejected 2 of them.",
            (
                "Derselbe Text wurde vorher 4-mal gesendet: 4 auf anderen Websites."
                " Menschen haben 2 davon abgelehnt."
            ),
        ),
        (
            "Nearly the same text was sent once before: 1 on this site, last as ana; 2 on other sites.",
            (
                "Fast derselbe Text wurde vorher einmal gesendet: 1 auf dieser Website, zuletzt als ana;"
                " 2 auf anderen Websites."
            ),
        ),
        ("There is no comment 7.", "Es gibt keinen Kommentar 7."),
        # Two sentences, each by its own shape.
        (
            (
                "Nothing is rejected without a person: too few good comments were held out to promise"
                " it. A person decides on the rest."
            ),
            (
                "Nichts wird ohne einen Menschen abgelehnt: Es lagen zu wenige gute Kommentare vor, um"
                " das zu versprechen. Über den Rest entscheidet ein Mensch."
            ),
        ),
        ("moderator of blog.", "Moderator für blog."),
        ("The folder of this is gone.", "The folder of this is gone."),
        (
            "from_author must be a whole number from 1 to 1,000, not '2000'.",
            "from_author muss sein: eine ganze Zahl von 1 bis 1000, nicht '2000'.",
        ),
        # Words of strangers are no templates.
        ("On the list x: “%(found)s %s {0}”.", "Auf der Liste x: “%(found)s %s {0}”."),
        ("Something that nobody knows.", "Something that nobody knows."),
    ],
)
def test_sentences_of_the_core_are_said_in_the_readers_language(app, english, german):
    with app.test_request_context(), force_locale("de"):
        assert said(english) == german
    with app.test_request_context(), force_locale("en"):
        assert said(english) == english


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.name)
def test_every_sentence_on_a_comment_has_a_shape(app, path):
    with app.test_request_context(), force_locale("de"):
        for sentence in _sentences(path):
            assert said(sentence) != sentence, f"{path.name}: {sentence} (see sentences.py)"


def _sentences(path: Path) -> Iterator[str]:
    """Read the sentences that a module can say, with a 7 wherever it puts something."""
    said_elsewhere: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        # Docstrings, parts of what is put together, and what goes into logs.
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or isinstance(node, ast.JoinedStr | ast.Raise):
            said_elsewhere |= {id(part) for part in ast.walk(node) if part is not node}
        if id(node) in said_elsewhere:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            sentence = node.value
        elif isinstance(node, ast.JoinedStr):
            values = [one.value if isinstance(one, ast.Constant) else "7" for one in node.values]
            sentence = "".join(map(str, values))
        else:
            continue
        if re.fullmatch(r"[A-Z0-9].* .*\.", sentence, re.DOTALL):
            # Where even what is put in is words of the sentence.
            sentence = sentence.replace("the site's 7 7.", "the site's language is 7.")
            yield sentence.replace("7 comments from 7 ", "7 comments from this author ")


def test_there_is_something_to_say():
    assert sum(len(list(_sentences(path))) for path in SPEAKING) > 30


def _of_rules() -> Iterator[str]:
    """Every word of the core's that pages on rules, signals and the record show by itself."""
    for name, rule in settings.SETTABLE.items():
        yield from (name, rule.summary, *rule.codes)
        for option in described(rule.options):
            yield from filter(None, (option.title, option.unit))
    yield from CODES.values()
    yield from ATTRIBUTES
    yield from ListKind
    yield from Mode
    yield from Scope
    yield from Action
    yield from audit.ACTS.values()


def test_each_name_of_the_core_has_words(app):
    known = {one.id for one in translations.extracted()}

    assert [name for name in _of_rules() if name.replace("_", " ") not in known] == []


def test_what_the_gate_asks_has_words_and_shapes(app):
    report = gate.compare(made_by_hand("base"), made_by_hand("copy"), newest=(), frozen=(), now=NOW)
    known = {one.id for one in translations.extracted()}
    shapes = [re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(shape)) for shape in SHAPES]

    for check in report.checks:
        assert {check.title, check.about, str(check.finding)} <= known
        assert any(re.fullmatch(shape, check.meaning) for shape in shapes), check.meaning


def test_what_an_option_can_be_is_said_in_the_readers_language(app):
    with app.test_request_context(), force_locale("de"):
        for rule in settings.SETTABLE.values():
            for option in described(rule.options):
                assert said(option.allowed) != option.allowed


@pytest.mark.parametrize("path", CONSOLE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_refusal_that_a_page_can_show_has_a_shape(app, path):
    with app.test_request_context(), force_locale("de"):
        for sentence in _refusals(path):
            assert said(sentence) != sentence, f"{path.name}: {sentence} (see shapes.py)"


def _refusals(path: Path) -> Iterator[str]:
    """Read the sentences that a module raises, with a 7 wherever it puts something."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
            continue
        for text in node.exc.args:
            if isinstance(text, ast.Constant):
                sentence = str(text.value)
            elif isinstance(text, ast.JoinedStr):
                values = [one.value if isinstance(one, ast.Constant) else "7" for one in text.values]
                sentence = "".join(map(str, values))
            else:
                continue
            if re.fullmatch(r"[A-Z0-9].* .*\.", sentence, re.DOTALL):
                yield sentence


def test_there_is_something_to_refuse():
    assert sum(len(list(_refusals(path))) for path in CONSOLE) > 20


def test_people_keep_their_names(app):
    with app.test_request_context(), force_locale("de"):
        assert [actor("admin"), actor("command line")] == ["admin", "Befehlszeile"]


def test_moments_and_shares_are_written_as_the_reader_writes_them(app):
    with app.test_request_context(), force_locale("en"):
        assert (moment(START), percent(0.123), percent(0.0009)) == (
            "22 Nov 2026, 09:00 UTC",
            "12%",
            "0.1%",
        )
    with app.test_request_context(), force_locale("de"):
        written = (moment(START), percent(0.123), percent(0.0009))
        assert written == ("22. Nov. 2026, 09:00 UTC", "12\xa0%", "0,1\xa0%")
        assert ago(START.replace(year=2020)).startswith("vor ")
