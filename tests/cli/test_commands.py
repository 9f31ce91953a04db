"""The commands as an operator types them: each says what it did, and its exit code means something."""

import json
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from moderation import review
from moderation.classifier.examples import is_set_apart
from moderation.cli import main
from moderation.rules.settings import SETTABLE
from moderation.settings import Settings
from moderation.store import Database
from moderation.verdict import Action
from tests.classifier.making import write_corpus
from tests.conftest import KEY, SHIPPED_MODELS, add_site, at, fresh_file
from tests.making import decider, stored
from tests.running import free_port

SHIPPED = next(SHIPPED_MODELS.glob("base-*")).name


@pytest.fixture
def run(tmp_path, monkeypatch) -> Callable[..., Result]:
    """Run a command on a place of its own: settings by environment, a fresh folder, no database yet."""
    monkeypatch.chdir(tmp_path)
    # These commands run in the process of the tests, which may not become slower by one of them.
    monkeypatch.setattr("moderation.cli.training._give_way", lambda: None)
    shutil.copytree(SHIPPED_MODELS / SHIPPED, tmp_path / "models" / SHIPPED)

    def invoke(*words: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, words, input=stdin)

    return invoke


@pytest.fixture
def ready(run, tmp_path) -> Callable[..., Result]:
    """The same with a database at the newest schema."""
    fresh_file(tmp_path / "instance")
    return run


def copy_of_shipped(models, name):
    copy = shutil.copytree(models / SHIPPED, models / name)
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps(card | {"name": name}))


def every_command(group, path=()):
    """Every command below `group`, as the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("words", list(every_command(main)), ids=" ".join)
def test_every_command_explains_itself_with_an_example(run, words):
    explained = run(*words, "--help")

    assert explained.exit_code == 0
    assert "Example" in explained.stdout
    assert f"moderation {' '.join(words)}" in explained.stdout


def test_a_wrong_setting_is_named(run, monkeypatch):
    monkeypatch.setenv("MODERATION_PORT", "eighty")

    told = run("site", "list")

    assert (told.exit_code, "MODERATION_PORT" in told.stderr) == (1, True)


@pytest.mark.parametrize(
    "words", [("serve",), ("site", "list"), ("moderator", "add", "ana"), ("retrain",), ("evaluate",)]
)
def test_a_database_without_tables_is_refused_with_what_to_do(run, words, monkeypatch):
    # Somebody else may use the usual port.
    monkeypatch.setenv("MODERATION_PORT", str(free_port()))

    told = run(*words, stdin="long enough\n")

    assert told.exit_code == 1
    assert "moderation db upgrade" in told.stderr


class TestSites:
    def test_a_site_gets_a_key_that_is_shown_once(self, ready):
        added = ready("site", "add", "blog", "https://blog.example.org/")
        listed = ready("site", "list")

        key = added.stdout.strip()
        assert len(key) == 12
        assert "blog\thttps://blog.example.org/" in listed.stdout
        assert key not in listed.stdout

    def test_an_owner_brings_his_key(self, ready):
        added = ready("site", "add", "blog", "https://blog.example.org/", "--key", "0123456789ab")

        assert added.stdout.strip() == "0123456789ab"

    def test_an_owner_whose_key_got_about_takes_another(self, ready):
        old = ready("site", "add", "blog", "https://blog.example.org/").stdout.strip()

        rotated = ready("site", "rotate", "blog")
        brought = ready("site", "rotate", "blog", "--key", "0123456789ab")

        assert rotated.stdout.strip() not in {old, "0123456789ab"}
        assert brought.stdout.strip() == "0123456789ab"
        assert "12 to 128" in ready("site", "rotate", "blog", "--key", "guess").stderr
        assert "no site named other" in ready("site", "rotate", "other").stderr
        assert ready("record", "export").stdout.count("site.rotate") == 2

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (("blog", "https://x.example.org/"), "There is a site named blog already"),
            (("new", "https://x.example.org/", "--key", "0123456789ab"), "A site has this key already"),
            (("new", "https://x.example.org/", "--key", "guess"), "12 to 128 hexadecimal digits"),
        ],
    )
    def test_what_cannot_be_is_refused(self, ready, words, complaint):
        ready("site", "add", "blog", "https://blog.example.org/", "--key", "0123456789ab")

        told = ready("site", "add", *words)

        assert (told.exit_code, complaint in told.stderr) == (1, True)

    def test_a_site_has_languages(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")

        assert ready("site", "list").stdout.endswith("\ten\n")
        assert ready("site", "set", "blog", "--languages", "en, DE").exit_code == 0
        assert ready("site", "list").stdout.endswith("\ten,de\n")

    def test_an_owner_says_how_many_mistakes_he_accepts(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")

        def after(*options):
            assert ready("site", "set", "blog", *options).exit_code == 0
            return ready("site", "list").stdout.strip().split("\t")[2:]

        assert after("--good-lost", "0.01") == ["en", "good lost 1.0%"]
        assert after("--bad-published", "0") == ["en", "good lost 1.0%", "bad published 0.0%"]
        assert after("--languages", "de") == ["de", "good lost 1.0%", "bad published 0.0%"]
        assert after("--good-lost", "default") == ["de", "bad published 0.0%"]
        assert after("--bad-published", "default") == ["de"]

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            ((), "Say what to change"),
            (("--good-lost", "1.5"), "1.5 is not in the range 0<=x<=1"),
            (("--bad-published", "-1"), "not in the range"),
            (("--good-lost", "few"), "'few' is not a valid float"),
            (("--good-lost", "nan"), "'nan' is no number"),
        ],
    )
    def test_what_is_no_share_is_refused(self, ready, options, complaint):
        ready("site", "add", "blog", "https://blog.example.org/")

        told = ready("site", "set", "blog", *options)

        assert (told.exit_code, complaint in told.stderr) == (2, True)

    def test_what_is_no_language_is_refused(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")

        told = ready("site", "set", "blog", "--languages", "en,klingon")

        assert (told.exit_code, "'klingon' is no language" in told.stderr) == (1, True)

    def test_a_site_that_there_is_not_cannot_be_changed(self, ready):
        told = ready("site", "set", "nowhere", "--languages", "en")

        assert (told.exit_code, "no site named nowhere" in told.stderr) == (1, True)


class TestRules:
    def test_a_table_shows_every_rule_with_its_options_and_what_it_looks_for(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")

        shown = ready("rules", "show", "--site", "blog").stdout

        for name, rule in SETTABLE.items():
            (line,) = [line for line in shown.splitlines() if line.split(" ")[0] == name]
            assert rule.summary in line
        assert [
            line.split()[1:3] for line in shown.splitlines() if line.startswith("too_many_links")
        ] == [["live", "at_least=3"]]

    def test_a_rule_that_was_set_judges_so_until_it_is_reset(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        line = "Thank you, this was a pleasure to read: https://example.org/\n"

        def codes():
            judged = ready("score", "--site", "blog", stdin=line).stdout
            return [reason["code"] for reason in json.loads(judged)["reasons"]]

        before = codes()
        told = ready("rules", "set", "too_many_links", "--site", "blog", "at_least=1")
        during = codes()
        shown = ready("rules", "show", "--site", "blog").stdout
        ready("rules", "reset", "too_many_links", "--site", "blog")

        assert told.stdout.startswith("too_many_links: live, at_least=1. ")
        assert "too_many_links" in set(during) - set(before)
        assert "live*" in shown
        assert codes() == before

    def test_a_rule_on_trial_is_shown_and_changes_nothing(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        line = "Thank you, this was a pleasure to read.\n"
        before = json.loads(ready("score", "--site", "blog", stdin=line).stdout)

        ready("rules", "set", "first_time_author", "--mode", "log-only", "--site", "blog")
        during = json.loads(ready("score", "--site", "blog", stdin=line).stdout)

        assert (during["action"], during["probability"]) == (before["action"], before["probability"])
        assert [reason["code"] for reason in during["reasons"] if reason.get("log_only")] == [
            "first_time_author"
        ]

    @pytest.mark.parametrize(
        ("code", "words", "complaint"),
        [
            (1, ("nothing", "x=1"), "There is no rule nothing to set. The rules: "),
            (1, ("too_many_links", "at_least=0"), "at_least must be a whole number from 1 to 1,000"),
            (1, ("too_many_links", "most=4"), "most is no option of this rule. Its options: at_least."),
            (2, ("too_many_links", "5"), "'5' is no option; write it as NAME=VALUE."),
            (2, ("too_many_links",), "Name a --mode, or options as NAME=VALUE."),
            (2, ("too_many_links", "--mode", "sometimes"), "'off', 'live', 'log-only'"),
        ],
    )
    def test_a_wrong_setting_is_refused_with_what_it_can_be(self, ready, code, words, complaint):
        ready("site", "add", "blog", "https://blog.example.org/")

        told = ready("rules", "set", *words, "--site", "blog")

        assert (told.exit_code, complaint in told.stderr) == (code, True)

    def test_a_setting_that_cannot_be_read_is_told(self, ready, tmp_path):
        ready("site", "add", "blog", "https://blog.example.org/")
        with sqlite3.connect(tmp_path / "instance" / "moderation.db") as database:
            database.execute("INSERT INTO site_rules (site_id, rule, options) VALUES (1, 'flood', '?')")
        database.close()

        shown = ready("rules", "show", "--site", "blog")

        assert (shown.exit_code, "flood was set by another version" in shown.stderr) == (0, True)
        assert "unreadable" in shown.stdout


class TestModerators:
    def test_a_password_comes_from_standard_input(self, ready):
        added = ready("moderator", "add", "ana", "--role", "admin", stdin="correct horse\n")

        assert (added.exit_code, added.stdout) == (0, "Added ana, admin.\n")

    def test_a_short_password_is_refused(self, ready):
        told = ready("moderator", "add", "ana", stdin="short\n")

        assert (told.exit_code, "8 to 1,024 characters" in told.stderr) == (1, True)

    def test_a_forgotten_password_is_replaced(self, ready):
        ready("moderator", "add", "ana", stdin="correct horse\n")

        assert ready("moderator", "password", "ana", stdin="another horse\n").exit_code == 0
        assert ready("moderator", "password", "nobody", stdin="another horse\n").exit_code == 1

    def test_roles_sites_and_comings_and_goings_are_told_by_the_list(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        for name in ("ana", "ben"):
            ready("moderator", "add", name, "--role", "admin", stdin="correct horse\n")
        for words in (
            ("role", "ben", "reader"),
            ("sites", "ben", "blog"),
            ("leave", "ben"),
            ("codes-off", "ben"),
        ):
            assert ready("moderator", *words).exit_code == 0

        told = ready("moderator", "list").stdout.split()
        assert "reader" in told
        assert "blog" in told
        assert ready("moderator", "return", "ben").stdout == "ben is let in again.\n"
        assert ready("moderator", "sites", "ben", "--every").exit_code == 0
        assert "blog" not in ready("moderator", "list").stdout

    @pytest.mark.parametrize(
        ("code", "words", "complaint"),
        [
            (1, ("leave", "ana"), "the last admin"),
            (1, ("role", "ana", "reader"), "the last admin"),
            (1, ("sites", "ana", "blog"), "the last admin"),
            (1, ("sites", "ana", "nowhere"), "nowhere"),
            (2, ("sites", "ana"), "--every"),
            (2, ("sites", "ana", "blog", "--every"), "--every"),
            (2, ("role", "ana", "owner"), "owner"),
            (1, ("return", "nobody"), "nobody"),
        ],
    )
    def test_what_cannot_be_is_refused(self, ready, code, words, complaint):
        ready("site", "add", "blog", "https://blog.example.org/")
        ready("moderator", "add", "ana", "--role", "admin", stdin="correct horse\n")
        told = ready("moderator", *words)

        assert (told.exit_code, complaint in told.stderr) == (code, True)

    def test_the_record_is_printed(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        ready("moderator", "add", "ana", stdin="correct horse\n")
        ready("moderator", "sites", "ana", "blog")

        table = ready("record", "export").stdout.splitlines()
        assert table[0] == "id,done_at,done_by,act,site,subject,details"
        assert [line.split(",")[3] for line in table[1:]] == ["moderator.change", "moderator.add"]
        lines = ready(
            "record",
            "export",
            "--format",
            "jsonl",
            "--by",
            "command line",
            "--act",
            "moderator.add",
            "--since",
            "2026-01-01",
        ).stdout.splitlines()
        assert [json.loads(line)["subject"] for line in lines] == ["ana"]
        assert ready("record", "export", "--site", "nowhere").exit_code == 1
        assert (
            ready("record", "export", "--until", "2020-01-01", "--site", "blog").stdout.count("\n") == 1
        )


def test_a_port_that_is_in_use_is_refused_before_anything_is_made(ready):
    """The server would share it with the other service, and each would answer every other request."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = ready("serve", "--port", str(taken.getsockname()[1]))

    assert told.exit_code == 1
    assert "cannot be used" in told.stderr
    assert "password" not in told.stdout


def test_a_file_that_is_no_database_is_said_to_be_none(run, tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "moderation.db").write_text("not a database, but long enough" * 100)

    told = run("db", "upgrade")

    assert (told.exit_code, "not a database" in told.stderr) == (1, True)


class TestLists:
    def test_a_list_comes_from_a_file_and_judges(self, ready, tmp_path):
        # With the mark that some editors put first.
        (tmp_path / "rude.txt").write_text("\ufeff# mild\nnitwit\nsilly goose\n")
        ready("site", "add", "blog", "https://blog.example.org/")

        imported = ready("lists", "import", "rude", "rude.txt", "--site", "blog", "--action", "reject")
        judged = ready("score", "--site", "blog", stdin="I agree with the author.\nYou NITWIT!\n")

        assert "2 terms" in imported.stdout
        actions = [json.loads(line)["action"] for line in judged.stdout.splitlines()]
        assert actions == ["approve", "reject"]
        assert "rude\tterms\treject" in ready("lists", "show", "--site", "blog").stdout
        assert ready("lists", "remove", "rude", "--site", "blog").exit_code == 0
        assert ready("lists", "show", "--site", "blog").stdout == ""

    def test_a_pattern_that_cannot_be_is_refused_with_the_line(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")

        told = ready(
            "lists", "import", "x", "-", "--site", "blog", "--kind", "patterns", stdin="a\n(a)\\1\n"
        )

        assert (told.exit_code, told.stderr.startswith("Error: Line 2, '(a)")) == (1, True)

    def test_the_boxes_of_wordpress_are_fragments(self, ready, tmp_path):
        ready("site", "add", "blog", "https://blog.example.org/")
        (tmp_path / "keys.txt").write_bytes(b"viagra\r\n203.0.113.\r\nru\r\n\r\n@spam.example\r\n")
        comments = [
            {"text": "Cheapviagras here."},
            {"text": "Hello there.", "author": {"ip": "203.0.113.8"}},
            {"text": "Hello there.", "author": {"email": "ana@spam.example"}},
            {"text": "Hello there.", "author": {"email": "ana@example.org"}},
        ]

        words = ("import", "keys", "keys.txt", "--site", "blog", "--kind", "fragments")
        told = ready("lists", *words, "--action", "reject")
        judged = ready("score", "--site", "blog", stdin="\n".join(map(json.dumps, comments)))

        assert "4 fragments, looked for in text, name, email, url, ip, user_agent" in told.stdout
        assert "contain them: 3 (ru)." in told.stderr
        actions = [json.loads(line)["action"] for line in judged.stdout.splitlines()]
        assert actions == ["reject", "reject", "reject", "approve"]

    def test_a_list_can_be_tried_before_it_counts(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        words = ("x", "-", "--site", "blog", "--scope", "name", "--scope", "text", "--log-only")

        imported = ready("lists", "import", *words, "--action", "reject", stdin="nitwit\n")
        judged = ready("score", "--site", "blog", stdin="Thank you, nitwit and friend.\n")
        without = ready("score", stdin="Thank you, nitwit and friend.\n")

        assert "a match is only shown" in imported.stdout
        verdict = json.loads(judged.stdout)
        assert verdict["action"] == json.loads(without.stdout)["action"]
        assert ("list:x", True) in [(one["source"], one["log_only"]) for one in verdict["reasons"]]
        shown = ready("lists", "show", "--site", "blog").stdout
        assert shown == "x\tterms\treject\ttext,name\tlog-only\t1 lines\n"

    def test_a_kind_that_cannot_look_there_is_refused(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        words = ("x", "-", "--site", "blog", "--kind", "networks", "--scope", "text")

        told = ready("lists", "import", *words, stdin="203.0.113.0/24\n")

        assert (told.exit_code, "Networks cannot look at text, only at ip." in told.stderr) == (1, True)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"fine\nna\xefve\n", "line 2, is not UTF-8 text"),
            (b"\x89PNG\xff\xfe", "line 1, is not UTF-8 text"),
            ("\ufeffna\u00efve".encode("utf-16-le"), "--encoding utf-16"),
            # Without its mark, it can be read as UTF-8, but holds a NUL after each letter.
            ("fine".encode("utf-16-le"), "NUL"),
        ],
    )
    def test_a_file_in_another_encoding_is_refused_with_what_to_do(self, ready, tmp_path, content, said):
        (tmp_path / "words.txt").write_bytes(content)
        ready("site", "add", "blog", "https://blog.example.org/")

        told = ready("lists", "import", "x", "words.txt", "--site", "blog")

        assert (told.exit_code, said in told.stderr) == (1, True)
        assert ready("lists", "show", "--site", "blog").stdout == ""

    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            (b"na\xefve\r\n", "latin-1"),
            (b"na\xefve", "windows-1252"),
            ("na\u00efve\n".encode("utf-16"), "utf-16"),
            ("\ufeffna\u00efve\n".encode(), "utf-8"),
        ],
    )
    def test_a_file_is_read_in_the_encoding_that_is_named(self, ready, tmp_path, content, encoding):
        (tmp_path / "words.txt").write_bytes(content)
        ready("site", "add", "blog", "https://blog.example.org/")
        words = ("words.txt", "--site", "blog", "--encoding", encoding, "--action", "reject")

        assert ready("lists", "import", "x", *words).exit_code == 0
        judged = ready("score", "--site", "blog", stdin="How na\u00efve.\n")
        assert "“na\u00efve”" in judged.stdout

    def test_an_encoding_that_there_is_not_is_wrong_usage(self, ready):
        told = ready("lists", "import", "x", "-", "--site", "blog", "--encoding", "klingon", stdin="a")

        assert (told.exit_code, "klingon" in told.stderr) == (2, True)

    def test_what_a_big_list_costs_is_said(self, ready):
        ready("site", "add", "blog", "https://blog.example.org/")
        many = "\n".join(f"term{number}" for number in range(10_000))

        told = ready("lists", "import", "x", "-", "--site", "blog", stdin=many)

        assert "x: 10,000 terms" in told.stdout
        assert "MB of memory" in told.stderr


class TestScoring:
    def test_lines_of_text_get_a_verdict_each_without_a_database(self, run, tmp_path):
        judged = run("score", stdin="Thank you for this article.\n\nyou are a worthless idiot\n")

        actions = [json.loads(line)["action"] for line in judged.stdout.splitlines()]
        assert (judged.exit_code, actions[0], len(actions)) == (0, "approve", 2)
        assert actions[1] in {"review", "reject"}
        assert not (tmp_path / "instance").exists()

    def test_objects_take_the_fields_of_the_api(self, run):
        line = json.dumps(
            {"id": "7", "text": "Good.", "author": {"name": "ana"}, "page": {"title": "One"}}
        )

        found = json.loads(run("score", stdin=line).stdout)

        assert found["id"] == "7"
        assert {"action", "probability", "scores", "reasons", "model", "policy"} <= set(found)

    def test_a_line_that_cannot_be_read_costs_only_itself(self, run):
        judged = run(
            "score", stdin=b'{"text": 1}\nGood.\n\xff\xfe\n{"text": "a", "colour": "red"}\n{"text": "b"}'
        )

        found = [json.loads(line) for line in judged.stdout.splitlines()]
        assert [("error" in one, one.get("line")) for one in found] == [
            (True, 1),
            (False, None),
            (True, 3),
            (True, 4),
            (False, None),
        ]
        assert judged.exit_code == 1
        assert "3 of the lines" in judged.stderr

    def test_text_that_looks_like_json_can_be_text(self, run):
        judged = run("score", "--text", stdin="{sigh} what a day\n")

        assert json.loads(judged.stdout)["action"] == "approve"

    def test_without_a_model_people_are_asked(self, run, tmp_path):
        shutil.rmtree(tmp_path / "models" / SHIPPED)

        judged = run("score", stdin="Thank you.\n")

        assert json.loads(judged.stdout)["action"] == "review"
        assert "Judging by rules alone" in judged.stderr


class TestModels:
    def test_the_serving_model_is_marked(self, ready):
        assert ready("models", "list").stdout.startswith(f"* {SHIPPED}\t")

    def test_a_card_is_shown_for_people(self, ready):
        shown = ready("models", "show", SHIPPED)

        assert "Jigsaw" in shown.stdout

    def test_a_card_can_be_given_its_curves_and_the_model_stays(self, ready, tmp_path):
        folder = tmp_path / "models" / SHIPPED
        model = (folder / "model.joblib").read_bytes()
        described = ready(
            "models", "describe", SHIPPED, "--corpus", str(write_corpus(tmp_path / "texts"))
        )

        assert described.exit_code == 0, described.output
        card = json.loads((folder / "card.json").read_text())
        assert [test["measures"]["rejection"]["rows"] for test in card["tests"]] == [60, 60, 60]
        assert all(test["curves"]["calibration"] for test in card["tests"])
        assert (folder / "model.joblib").read_bytes() == model
        assert f"* {SHIPPED}" in ready("models", "list").stdout

    def test_a_promotion_can_be_taken_back(self, ready, tmp_path):
        copy_of_shipped(tmp_path / "models", "other")

        assert ready("models", "promote", "other").exit_code == 0
        assert "* other" in ready("models", "list").stdout
        assert ready("models", "rollback").exit_code == 0
        assert f"* {SHIPPED}" in ready("models", "list").stdout

    def test_two_models_are_compared_and_the_report_stays_beside_the_candidate(self, ready, tmp_path):
        copy_of_shipped(tmp_path / "models", "other")
        assert "It was never compared with another model" in ready("models", "show", "other").stdout
        compared = ready("models", "compare", "other")

        assert compared.exit_code == 0, compared.output
        assert re.search(r"known abuse +Abuse caught .+ 94\.0% +94\.0% +0\.0", compared.stdout)
        assert f"Nothing shows that other is worse than {SHIPPED}" in compared.stdout
        assert (tmp_path / "models" / "other" / "gate.html").is_file()
        assert f"worse than {SHIPPED}" in ready("models", "show", "other").stdout

    def test_models_are_compared_on_what_neither_learnt_from(self, ready, tmp_path):
        """The newest decisions, and of the older ones those that are set apart from all learning."""
        for name in ("older", "newer"):
            copy_of_shipped(tmp_path / "models", name)
        card = tmp_path / "models" / "newer" / "card.json"
        learnt = {"period": {"first": at(0).isoformat(), "last": at(200).isoformat()}}
        card.write_text(json.dumps(json.loads(card.read_text()) | learnt))
        database = Database(Settings().where_data_lives())
        site, ana = add_site(database, "blog", KEY), decider(database, "ana")
        texts = [f"What day {number} was." for number in range(240)]
        with database.writing() as session:
            for number, text in enumerate(texts):
                comment = stored(session, site, str(number), text=text)
                action = Action.REJECT if number % 3 else Action.APPROVE
                review.decide(session, comment.id, ana, action, seen=0, now=at(number + 1))
            session.commit()
        database.close()

        assert ready("models", "compare", "newer", "--with", "older").exit_code == 0
        report = json.loads((tmp_path / "models" / "newer" / "gate.json").read_text())

        counted = {name: sum(report[name].values()) for name in ("newest", "frozen")}
        assert counted == {"newest": 40, "frozen": sum(map(is_set_apart, texts[:200]))}
        assert counted["frozen"] > 0

    @pytest.mark.parametrize("names", [(SHIPPED,), (SHIPPED, "--with", SHIPPED), ("nowhere",), ("..",)])
    def test_what_cannot_be_compared_is_said(self, ready, names):
        told = ready("models", "compare", *names)

        assert told.exit_code in {1, 2}
        assert "Error: " in told.stderr

    @pytest.mark.parametrize("name", ["nowhere", "../models", ".", "a/b"])
    def test_what_is_no_model_is_not_promoted(self, ready, name):
        told = ready("models", "promote", name)

        assert (told.exit_code, told.stderr.startswith("Error: ")) == (1, True)

    def test_sites_can_have_a_model_of_their_own(self, ready, tmp_path):
        copy = shutil.copytree(tmp_path / "models" / SHIPPED, tmp_path / "models" / "other")
        card = json.loads((copy / "card.json").read_text())
        (copy / "card.json").write_text(json.dumps(card | {"name": "other"}))
        ready("site", "add", "blog", "https://blog.example.org/")
        ready("site", "add", "paper", "https://paper.example.org/")

        assert ready("models", "promote", "other", "--group", "news").exit_code == 1
        assert ready("models", "group", "paper", "news").exit_code == 0
        assert "default: blog\tnews: paper\n" in ready("models", "list").stdout
        promoted = ready("models", "promote", "other", "--group", "news")
        assert "moderation models rollback --group news" in promoted.stdout
        base, other = ready("models", "list").stdout.splitlines()
        assert (base[:2], base.split("\t")[2:]) == ("* ", ["default: blog"])
        assert (other[:2], other.split("\t")[2:]) == ("  ", ["news: paper"])

        def judged_by(*options):
            verdict = ready("score", *options, stdin="Thank you.\n").stdout
            return json.loads(verdict)["model"]

        assert judged_by() == SHIPPED
        assert judged_by("--site", "blog") == SHIPPED
        assert judged_by("--site", "paper") == "other"
        assert ready("models", "rollback", "--group", "news").exit_code == 0
        assert judged_by("--site", "paper") == SHIPPED

    def test_there_must_be_something_to_go_back_to(self, ready):
        assert ready("models", "rollback").exit_code == 1

    def test_too_few_decisions_are_refused_with_their_number(self, ready):
        told = ready("retrain")

        assert told.exit_code == 3
        assert "0 rejected and 0 approved comments are too few" in told.stderr

    def test_a_group_learns_from_its_own_sites(self, ready):
        ready("site", "add", "paper", "https://paper.example.org/")
        ready("models", "group", "paper", "news")
        told = ready("retrain", "--group", "news")
        unknown = ready("retrain", "--group", "nowhere")

        assert (told.exit_code, unknown.exit_code) == (3, 1)
        assert "0 rejected and 0 approved comments are too few" in told.stderr
        assert "There is no group named nowhere" in unknown.stderr

    @pytest.mark.parametrize("confidence", ["0", "1", "95"])
    def test_nothing_is_quite_sure(self, run, confidence):
        told = run("retrain", "--confidence", confidence)

        assert (told.exit_code, "is not in the range 0<x<1" in told.stderr) == (2, True)

    def test_without_decisions_there_is_nothing_to_measure(self, ready):
        told = ready("evaluate")

        assert (told.exit_code, "no decisions" in told.stderr) == (1, True)

    def test_a_folder_that_is_no_corpus_is_refused_with_what_is_missing(self, run, tmp_path):
        told = run("train", "--corpus", str(tmp_path), "--out", "models/new")

        assert told.exit_code == 1
        assert "jigsaw" in told.stderr
