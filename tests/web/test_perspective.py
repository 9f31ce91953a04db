"""Perspective's `comments:analyze` over real HTTP: every answer, every error, by the shipped model."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from moderation.classifier.model import Classifier
from moderation.settings import Settings
from moderation.store import Database
from tests.calling import Answer, call
from tests.conftest import KEY, SHIPPED_MODELS, add_site, fresh_file, listening

RUDE = "What kind of idiot name is foo?"
KIND = "Thank you, that was a lovely article and I learnt a lot from it."
GERMAN = "Das ist wirklich ein sehr schöner Beitrag, vielen Dank dafür und liebe Grüße."

PRODUCTION = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
EXPERIMENTAL = tuple(f"{name}_EXPERIMENTAL" for name in PRODUCTION)
ANSWERED = (*PRODUCTION, *EXPERIMENTAL, "TOXICITY_FAST", "OBSCENE", "SPAM", "LIKELY_TO_REJECT")
WITHOUT_COUNTERPART = (
    *("SEXUALLY_EXPLICIT", "FLIRTATION", "ATTACK_ON_AUTHOR", "ATTACK_ON_COMMENTER"),
    *("ATTACK_ON_PUBLISHER", "INCOHERENT", "INFLAMMATORY", "OFF_TOPIC", "UNSUBSTANTIAL"),
    *("AFFINITY_EXPERIMENTAL", "RESPECT_EXPERIMENTAL", "MORAL_OUTRAGE_EXPERIMENTAL"),
)


def prepared(folder: Path, **chosen: object) -> Settings:
    """Settings of a service on SQLite in `folder` that knows one site."""
    settings = Settings(**{"instance": folder, "models": SHIPPED_MODELS, **chosen})
    database = Database(fresh_file(settings.instance))
    add_site(database, "blog", KEY)
    database.close()
    return settings


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A service that all tests ask; nothing that they ask changes it."""
    with listening(prepared(tmp_path_factory.mktemp("service"))) as address:
        yield address


@pytest.fixture
def analyze(address):
    """Ask for scores of a text, with more or other fields."""

    def ask(text: str = RUDE, attributes: object = ("TOXICITY",), **fields: object) -> Answer:
        return ask_at(address, text, attributes, **fields)

    return ask


def ask_at(address: str, text: str, attributes: object, **fields: object) -> Answer:
    named = attributes if isinstance(attributes, dict) else {name: {} for name in attributes}
    content = {"comment": {"text": text}, "requestedAttributes": named, **fields}
    return call("POST", f"{address}/v1alpha1/comments:analyze?key={KEY}", content)


def values(answer: Answer) -> dict[str, float]:
    """The summary scores of an answer by attribute."""
    assert answer.status == 200, answer.text
    return {name: one["summaryScore"]["value"] for name, one in answer.json["attributeScores"].items()}


def error_type(answer: Answer) -> str:
    detail = answer.json["error"]["details"][0]
    assert detail["@type"] == "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
    return detail["errorType"]


def refused(answer: Answer) -> str:
    """The sentence of an answer of 400."""
    error = answer.json["error"]
    assert (answer.status, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    return error["message"]


class TestAnswers:
    def test_the_answer_has_the_documented_shape(self, analyze):
        answer = analyze(clientToken="abc")

        value = values(answer)["TOXICITY"]
        score = {"value": value, "type": "PROBABILITY"}
        assert value > 0.8
        assert answer.json == {
            "attributeScores": {
                "TOXICITY": {
                    "spanScores": [{"begin": 0, "end": len(RUDE), "score": score}],
                    "summaryScore": score,
                }
            },
            "languages": ["en"],
            "detectedLanguages": ["en"],
            "clientToken": "abc",
        }
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"

    def test_empty_fields_are_left_out(self, analyze):
        assert "clientToken" not in analyze().json
        assert "clientToken" not in analyze(clientToken="").json

    def test_what_is_rude_scores_higher_than_what_is_kind(self, analyze):
        rude, kind = values(analyze(RUDE, PRODUCTION)), values(analyze(KIND, PRODUCTION))

        assert all(0 <= kind[name] < rude[name] <= 1 for name in ("TOXICITY", "INSULT"))

    @pytest.mark.parametrize("text", ["hi", "idiot", "!!!", "🙂", " ", "\0", "\ufeff", "a" * 20_480])
    def test_every_text_is_scored(self, analyze, text):
        assert 0 <= values(analyze(text))["TOXICITY"] <= 1

    def test_the_text_is_normalised_before_it_is_scored(self, analyze):
        assert values(analyze("you are an 1d!0t")) == values(analyze("you are an idiot"))

    def test_context_changes_no_score(self, analyze):
        contexts = [
            {"entries": [{"text": "You idiot.", "type": "PLAIN_TEXT"}]},
            {"articleAndParentComment": {"article": {"text": "Idiots"}, "parentComment": None}},
        ]

        assert {str(values(analyze(context=one))) for one in [None, *contexts]} == {
            str(values(analyze()))
        }


class TestAttributes:
    def test_each_that_the_classifier_speaks_for_is_answered(self, analyze):
        assert set(values(analyze(RUDE, ANSWERED))) == set(ANSWERED)

    def test_each_carries_the_score_of_its_head(self, analyze, address):
        judged = call("POST", f"{address}/api/v1/score", {"text": RUDE}, key=KEY).json["scores"]
        found = values(analyze(RUDE, ANSWERED))

        heads = {"PROFANITY": "obscene", "TOXICITY_FAST": "toxicity"}
        for name in set(ANSWERED) - {"LIKELY_TO_REJECT"}:
            plain = name.removesuffix("_EXPERIMENTAL")
            assert found[name] == pytest.approx(judged[heads.get(plain, plain.lower())], abs=1e-12)

    def test_likely_to_reject_is_what_the_classifier_says_of_rejection(self, analyze, address):
        judged = call("POST", f"{address}/api/v1/score", {"text": KIND}, key=KEY).json

        # No rule adds a weight to this text, so that the verdict's probability is the classifier's.
        assert [reason["source"] for reason in judged["reasons"]] == ["classifier"]
        assert values(analyze(KIND, ["LIKELY_TO_REJECT"])) == {
            "LIKELY_TO_REJECT": pytest.approx(judged["probability"], abs=1e-12)
        }

    @pytest.mark.parametrize("parameters", [{}, None, {"scoreType": "PROBABILITY"}, {"scoreType": None}])
    def test_parameters_may_be_left_out(self, analyze, parameters):
        assert values(analyze(RUDE, {"TOXICITY": parameters})) == values(analyze())

    @pytest.mark.parametrize("name", WITHOUT_COUNTERPART)
    def test_what_has_no_counterpart_does_not_support_the_language(self, analyze, name):
        answer = analyze(RUDE, ["TOXICITY", name], languages=["en"])

        assert refused(answer) == f"Attribute {name} does not support request languages: en"
        assert answer.json["error"]["details"] == [
            {
                "@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
                "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
                "languageNotSupportedByAttributeError": {
                    "requestedLanguages": ["en"],
                    "attribute": name,
                },
            }
        ]

    def test_a_client_finds_what_is_supported_by_leaving_out_one_after_another(self, analyze):
        wanted = ["FLIRTATION", "TOXICITY", "SPAM", "INCOHERENT"]
        while (answer := analyze(RUDE, wanted)).status == 400:
            detail = answer.json["error"]["details"][0]["languageNotSupportedByAttributeError"]
            wanted.remove(detail["attribute"])

        assert wanted == ["TOXICITY", "SPAM"]
        assert set(values(answer)) == {"TOXICITY", "SPAM"}

    def test_unsupported_ones_are_dropped_on_request(self, analyze):
        answer = analyze(RUDE, ["FLIRTATION", "TOXICITY"], dropUnsupportedAttributes=True)

        assert values(answer) == values(analyze())

    def test_without_any_supported_one_there_are_no_scores(self, analyze):
        answer = analyze(RUDE, ["FLIRTATION"], dropUnsupportedAttributes=True)

        assert (answer.status, answer.json) == (200, {"languages": ["en"], "detectedLanguages": ["en"]})


class TestThresholds:
    def test_an_attribute_below_its_threshold_is_left_out(self, analyze):
        attributes = {"TOXICITY": {"scoreThreshold": 0.5}, "THREAT": {"scoreThreshold": 0.5}}

        assert set(values(analyze(RUDE, attributes))) == {"TOXICITY"}

    def test_a_threshold_that_is_just_reached_is_reached(self, analyze):
        value = values(analyze())["TOXICITY"]

        assert set(values(analyze(RUDE, {"TOXICITY": {"scoreThreshold": value}}))) == {"TOXICITY"}

    def test_without_any_that_reaches_its_own_there_are_no_scores(self, analyze):
        answer = analyze(KIND, {"TOXICITY": {"scoreThreshold": 0.999}})

        assert (answer.status, "attributeScores" in answer.json) == (200, False)

    @pytest.mark.parametrize("threshold", [None, 0, "0.0"])
    def test_by_default_nothing_is_left_out(self, analyze, threshold):
        assert values(analyze(KIND, {"THREAT": {"scoreThreshold": threshold}}))


class TestSpans:
    def test_each_sentence_has_a_span_with_its_own_score(self, analyze):
        text = "Thank you very much. You stupid idiot! Bye."
        scores = analyze(text, spanAnnotations=True).json["attributeScores"]["TOXICITY"]

        spans = scores["spanScores"]
        assert [text[one["begin"] : one["end"]] for one in spans] == [
            "Thank you very much.",
            "You stupid idiot!",
            "Bye.",
        ]
        assert max(spans, key=lambda one: one["score"]["value"]) == spans[1]
        alone = values(analyze("You stupid idiot!"))["TOXICITY"]
        assert spans[1]["score"] == {"value": alone, "type": "PROBABILITY"}
        assert scores["summaryScore"]["value"] == values(analyze(text))["TOXICITY"]

    @pytest.mark.parametrize("spans", [True, False])
    def test_places_count_utf_16_code_units(self, analyze, spans):
        text = "Thanks 🙂🙂, ana. É good 👍. Bye"
        scores = analyze(text, spanAnnotations=spans).json["attributeScores"]["TOXICITY"]

        units = text.encode("utf-16-le")
        found = [
            units[2 * one["begin"] : 2 * one["end"]].decode("utf-16-le") for one in scores["spanScores"]
        ]
        assert found == (["Thanks 🙂🙂, ana.", "É good 👍.", "Bye"] if spans else [text])

    @pytest.mark.parametrize("text", [" ", "!!!", "\n\n"])
    def test_there_is_always_one_span_at_least(self, analyze, text):
        scores = analyze(text, spanAnnotations=True).json["attributeScores"]["TOXICITY"]

        assert len(scores["spanScores"]) == 1


class TestLanguages:
    @pytest.mark.parametrize("said", ["en", "en-US", "EN", "en_GB"])
    def test_the_first_subtag_counts_and_the_clients_own_word_comes_back(self, analyze, said):
        answer = analyze(GERMAN, languages=[said])

        assert answer.status == 200
        assert (answer.json["languages"], answer.json["detectedLanguages"]) == ([said], ["de"])

    @pytest.mark.parametrize(
        ("said", "unread"), [(["de"], ["de"]), (["en", "pt-BR"], ["pt-BR"]), (["und"], ["und"])]
    )
    def test_a_language_that_is_not_served_is_an_error(self, analyze, said, unread):
        answer = analyze(RUDE, ["INSULT", "TOXICITY"], languages=said)

        assert refused(answer) == f"Attribute INSULT does not support request languages: {unread[0]}"
        assert error_type(answer) == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
        detail = answer.json["error"]["details"][0]
        assert detail["languageNotSupportedByAttributeError"] == {
            "requestedLanguages": unread,
            "attribute": "INSULT",
        }

    def test_a_detected_language_that_is_not_served_is_an_error(self, analyze):
        answer = analyze(GERMAN)

        assert refused(answer) == "Attribute TOXICITY does not support request languages: de"
        detail = answer.json["error"]["details"][0]
        assert detail["languageNotSupportedByAttributeError"] == {
            "detectedLanguages": ["de"],
            "attribute": "TOXICITY",
        }

    def test_all_attributes_can_be_dropped_for_a_language(self, analyze):
        answer = analyze(GERMAN, dropUnsupportedAttributes=True)

        assert (answer.status, answer.json) == (200, {"languages": ["de"], "detectedLanguages": ["de"]})

    @pytest.mark.parametrize("text", ["ok", "ciao bella", "lol 😂😂", "????", "Привет", RUDE])
    def test_what_is_too_short_or_odd_to_tell_is_taken_for_english(self, analyze, text):
        answer = analyze(text)

        assert answer.status == 200
        assert answer.json["languages"] == answer.json["detectedLanguages"] == ["en"]

    @pytest.mark.parametrize("nothing", [None, [], [""]])
    def test_no_languages_are_as_good_as_none(self, analyze, nothing):
        assert analyze(languages=nothing).json["languages"] == ["en"]


class TestErrors:
    @pytest.mark.parametrize("comment", [{"text": ""}, {"text": None}, {}, None])
    def test_an_empty_comment(self, analyze, comment):
        answer = analyze(comment=comment)

        assert refused(answer) == "Comment must be non-empty."
        assert error_type(answer) == "COMMENT_EMPTY"

    @pytest.mark.parametrize(("character", "size"), [("a", 1), ("é", 2), ("🙂", 4)])
    def test_a_comment_of_too_many_bytes(self, analyze, character, size):
        just_fits = character * (20_480 // size)
        answer = analyze(just_fits + "a")

        assert analyze(just_fits, languages=["en"]).status == 200
        message = "Comment text was too many bytes. Value (20481) exceeded limit (20480)."
        assert refused(answer) == message
        assert error_type(answer) == "COMMENT_TOO_LONG"

    @pytest.mark.parametrize("attributes", [{}, None])
    def test_no_attributes(self, analyze, attributes):
        answer = analyze(requestedAttributes=attributes)

        assert refused(answer) == "Missing requested_attributes"
        assert error_type(answer) == "NO_REQUESTED_ATTRIBUTES"

    @pytest.mark.parametrize("name", ["FOO", "toxicity", ""])
    def test_an_attribute_that_nobody_knows(self, analyze, name):
        answer = analyze(RUDE, ["TOXICITY", name], dropUnsupportedAttributes=True)

        assert refused(answer) == f"Unknown requested attribute: {name}"
        assert error_type(answer) == "INVALID_REQUEST"

    @pytest.mark.parametrize("kind", ["RAW", "PERCENTILE", "STD_DEV_SCORE", "FOO"])
    def test_a_type_of_score_that_is_no_probability(self, analyze, kind):
        answer = analyze(RUDE, {"TOXICITY": {"scoreType": kind}})

        message = f"Requested score type {kind} is not supported by attribute TOXICITY"
        assert refused(answer) == message

    @pytest.mark.parametrize(
        ("kind", "message"),
        [
            ("HTML", "Currently, only 'PLAIN_TEXT' comments are supported"),
            ("MARKDOWN", "Unknown text type"),
        ],
    )
    def test_a_text_that_is_not_plain(self, analyze, kind, message):
        assert refused(analyze(comment={"text": RUDE, "type": kind})) == message

    @pytest.mark.parametrize("kind", ["PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED", None])
    def test_a_text_that_is_plain_may_say_so(self, analyze, kind):
        assert values(analyze(comment={"text": RUDE, "type": kind})) == values(analyze())

    def test_both_contexts_at_once(self, analyze):
        answer = analyze(context={"entries": [], "articleAndParentComment": {}})

        assert refused(answer) == (
            "Context can have either entries or article_and_parent_comment, "
            "but both fields were populated."
        )

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"{", b"[]", b'"text"', b"null", b"comment=text", b"\xff\xfe{}", b'{"a": "\\ud83d"}'),
            *(b"[" * 100_000, b'{"a":' * 900 + b"1" + b"}" * 900, b'{"comment": "text"}'),
            *(b'{"languages": "en"}', b'{"comment": {"text": 1}}', b'{"doNotStore": "perhaps"}'),
            *(b'{"requestedAttributes": {"TOXICITY": {}, "languages": ["en"]}}', b'{"context": "x"}'),
        ],
    )
    def test_a_body_that_is_no_request(self, address, body):
        answer = call("POST", f"{address}/v1alpha1/comments:analyze?key={KEY}", raw=body)

        assert refused(answer).startswith("Invalid JSON payload received. ")

    def test_a_body_that_is_too_large(self, address):
        body = b'{"comment": {"text": "' + b"a" * 1024 * 1024 + b'"}}'
        answer = call("POST", f"{address}/v1alpha1/comments:analyze?key={KEY}", raw=body)

        assert refused(answer) == "Request payload size exceeds the limit: 1048576 bytes."

    @pytest.mark.parametrize("operation", ["analyze", "suggestscore"])
    def test_a_key_that_is_no_sites(self, address, operation):
        answer = call("POST", f"{address}/v1alpha1/comments:{operation}?key=0123", {})

        assert refused(answer) == "API key not valid. Please pass a valid API key."
        detail = answer.json["error"]["details"][0]
        assert detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
        assert (detail["reason"], detail["domain"]) == ("API_KEY_INVALID", "googleapis.com")

    @pytest.mark.parametrize("query", ["", "?key="])
    @pytest.mark.parametrize("operation", ["analyze", "suggestscore"])
    def test_no_key(self, address, operation, query):
        answer = call("POST", f"{address}/v1alpha1/comments:{operation}{query}", {})

        error = answer.json["error"]
        assert (answer.status, error["code"], error["status"]) == (403, 403, "PERMISSION_DENIED")
        assert error["message"].startswith("Method doesn't allow unregistered callers")


class TestWhenSomethingIsBroken:
    def test_without_a_classifier_there_is_no_score(self, tmp_path):
        with listening(prepared(tmp_path, models=tmp_path / "none")) as address:
            answer = ask_at(address, RUDE, ["TOXICITY"])

        assert (answer.status, answer.json["error"]["status"]) == (503, "UNAVAILABLE")
        assert "attributeScores" not in answer.text
        assert answer.headers["Retry-After"]

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_a_classifier_that_breaks_gives_no_score(self, tmp_path, monkeypatch, number):
        score_all = Classifier.score_all

        def broken(classifier, texts):
            return [replace(one, rejection=number) for one in score_all(classifier, texts)]

        monkeypatch.setattr(Classifier, "score_all", broken)
        with listening(prepared(tmp_path)) as address:
            answer = ask_at(address, RUDE, ["TOXICITY"])

        assert (answer.status, answer.json["error"]["status"]) == (503, "UNAVAILABLE")

    def test_a_database_that_is_down_is_unavailable(self, tmp_path):
        settings = prepared(tmp_path)
        with closing(sqlite3.connect(tmp_path / "moderation.db")) as other:
            other.execute("ALTER TABLE sites RENAME TO gone")
        with listening(settings) as address:
            answer = ask_at(address, RUDE, ["TOXICITY"])

        error = answer.json["error"]
        assert (answer.status, error["code"], error["status"]) == (503, 503, "UNAVAILABLE")


class TestRequests:
    @pytest.mark.parametrize("path", ["/v1alpha1/comments:analyze", "/v1alpha1/comments%3Aanalyze"])
    @pytest.mark.parametrize(
        "media_type",
        [
            "application/json",
            "application/json;charset=utf-8",
            # What curl says of whatever it is given.
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
        ],
    )
    def test_the_body_is_json_whatever_its_media_type_says(self, address, path, media_type):
        body = json.dumps({"comment": {"text": RUDE}, "requestedAttributes": {"TOXICITY": {}}}).encode()
        answer = call("POST", f"{address}{path}?key={KEY}", raw=body, media_type=media_type)

        assert values(answer)

    def test_names_may_stand_without_quotes(self, address):
        """So it was in Google's own sample for curl."""
        body = b"""{comment: {text: "what kind of idiot: name \\"is\\" {foo: 1}?"},
                    languages: ["en"],
                    requested_attributes : {TOXICITY:{}} }"""
        answer = call("POST", f"{address}/v1alpha1/comments:analyze?key={KEY}", raw=body)

        text = 'what kind of idiot: name "is" {foo: 1}?'
        assert values(answer) == values(ask_at(address, text, ["TOXICITY"]))

    def test_names_may_be_written_in_snake_case(self, address):
        body = {
            "comment": {"text": "You idiot. Bye."},
            "requested_attributes": {"SEVERE_TOXICITY": {"score_threshold": 0, "score_type": None}},
            "client_token": "do_not_change",
            "span_annotations": True,
            "do_not_store": True,
        }
        answer = call("POST", f"{address}/v1alpha1/comments:analyze?key={KEY}", body)

        assert answer.json["clientToken"] == "do_not_change"
        assert len(answer.json["attributeScores"]["SEVERE_TOXICITY"]["spanScores"]) == 2

    def test_unknown_names_are_passed_over(self, analyze, address):
        answer = analyze(sessionId="7", communityId="blog", somethingNew={"a": [1]})
        assert values(answer) == values(analyze())

        query = "alt=json&prettyPrint=false&fields=x&$.xgafv=2&quotaUser=ana&callback=f"
        content = {"comment": {"text": RUDE}, "requestedAttributes": {"TOXICITY": {}}}
        asked = call("POST", f"{address}/v1alpha1/comments:analyze?{query}&key={KEY}", content)
        assert asked.json == analyze().json

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-Goog-Api-Key", KEY),
            ("X-Goog-Api-Key", KEY.upper()),
            ("Authorization", f"Bearer {KEY}"),
            ("Authorization", f"bearer {KEY}"),
        ],
    )
    def test_the_key_may_come_in_a_header(self, address, name, value):
        content = {"comment": {"text": RUDE}, "requestedAttributes": {"TOXICITY": {}}}
        answer = call("POST", f"{address}/v1alpha1/comments:analyze", content, headers={name: value})

        assert values(answer)


class TestDiscovery:
    PATHS = (
        "/$discovery/rest?version=v1alpha1",
        "/%24discovery/rest?version=v1alpha1&key=whatever",
        "/$discovery/rest",
        "/discovery/v1/apis/commentanalyzer/v1alpha1/rest",
    )

    @pytest.mark.parametrize("path", PATHS)
    def test_it_leads_to_the_address_that_was_asked_and_needs_no_key(self, address, path):
        answer = call("GET", address + path)

        assert answer.status == 200
        assert answer.json["rootUrl"] == answer.json["baseUrl"] == f"{address}/"
        assert "google" not in answer.json["rootUrl"]

    def test_it_says_what_clients_need(self, address):
        found = call("GET", address + self.PATHS[0]).json

        assert {name: found[name] for name in ("kind", "id", "name", "version", "protocol")} == {
            "kind": "discovery#restDescription",
            "id": "commentanalyzer:v1alpha1",
            "name": "commentanalyzer",
            "version": "v1alpha1",
            "protocol": "rest",
        }
        assert (found["servicePath"], found["basePath"], found["batchPath"]) == ("", "", "batch")
        assert {"key", "alt", "fields", "prettyPrint"} <= set(found["parameters"])
        methods = found["resources"]["comments"]["methods"]
        for name in ("analyze", "suggestscore"):
            method = methods[name]
            assert method["path"] == method["flatPath"] == f"v1alpha1/comments:{name}"
            assert (method["id"], method["httpMethod"]) == (f"commentanalyzer.comments.{name}", "POST")
            assert {method["request"]["$ref"], method["response"]["$ref"]} <= set(found["schemas"])

    def test_every_reference_leads_to_a_schema(self, address):
        found = call("GET", address + self.PATHS[0]).json

        def references(value: object) -> set[str]:
            if isinstance(value, list):
                return set().union(*map(references, value))
            if isinstance(value, dict):
                own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
                return own.union(*map(references, value.values()))
            return set()

        assert references(found) == set(found["schemas"])

    def test_what_a_proxy_says_is_not_believed(self, address):
        headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        answer = call(
            "GET", address + self.PATHS[0], headers={**headers, "Forwarded": "host=evil.example"}
        )

        assert answer.json["rootUrl"] == f"{address}/"

    @pytest.mark.parametrize("path", PATHS)
    def test_who_asks_for_googles_own_name_is_kept_on_https(self, address, path):
        answer = call("GET", address + path, headers={"Host": "commentanalyzer.googleapis.com"})

        assert (
            answer.json["rootUrl"] == answer.json["baseUrl"] == "https://commentanalyzer.googleapis.com/"
        )

    @pytest.mark.parametrize(
        "public", ["https://moderation.example.org", "https://moderation.example.org/"]
    )
    def test_the_operators_word_on_the_address_counts(self, tmp_path, public):
        with listening(prepared(tmp_path, public_url=public)) as address:
            found = call("GET", address + self.PATHS[0]).json

        assert found["rootUrl"] == found["baseUrl"] == "https://moderation.example.org/"

    def test_there_is_no_other_version(self, address):
        answer = call("GET", f"{address}/$discovery/rest?version=v2")

        assert (answer.status, answer.json["error"]["status"]) == (404, "NOT_FOUND")


class TestPagesThatAskFromABrowser:
    PATHS = (
        "/v1alpha1/comments:analyze",
        "/v1alpha1/comments:suggestscore",
        "/$discovery/rest",
        "/batch",
    )
    ORIGIN = "https://blog.example.org"

    @pytest.mark.parametrize("path", PATHS)
    def test_none_may_unless_the_operator_allows_it(self, address, path):
        answer = call("OPTIONS", address + path, headers={"Origin": self.ORIGIN})

        assert not [name for name in answer.headers if name.startswith("Access-Control")]

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("allowed", "told"),
        [("*", "*"), ("https://a.example, https://blog.example.org/", ORIGIN)],
    )
    def test_allowed_ones_may(self, tmp_path, path, allowed, told):
        with listening(prepared(tmp_path, cors_origins=allowed)) as address:
            asked = call("OPTIONS", address + path, headers={"Origin": self.ORIGIN})
            answer = call("POST", address + path, {}, headers={"Origin": self.ORIGIN})
            own_api = call("OPTIONS", f"{address}/api/v1/comments", headers={"Origin": self.ORIGIN})

        assert asked.status == 200
        assert asked.headers["Access-Control-Allow-Origin"] == told
        assert "POST" in asked.headers["Access-Control-Allow-Methods"]
        assert "X-Goog-Api-Key" in asked.headers["Access-Control-Allow-Headers"]
        # An error must be readable too.
        if path != "/$discovery/rest":
            assert answer.status >= 400
            assert answer.headers["Access-Control-Allow-Origin"] == told
        assert "Access-Control-Allow-Origin" not in own_api.headers

    def test_others_may_not(self, tmp_path):
        with listening(prepared(tmp_path, cors_origins="https://a.example")) as address:
            answer = call("OPTIONS", address + self.PATHS[0], headers={"Origin": self.ORIGIN})

        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Origin"


def test_a_model_of_another_language_answers_in_that_language_only(tmp_path):
    """The languages are the model's: nothing here knows that the shipped one reads English."""
    shipped = next(SHIPPED_MODELS.glob("base-*"))
    copy = shutil.copytree(shipped, tmp_path / "models" / shipped.name)
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps({**card, "languages": ["de"]}))
    with listening(prepared(tmp_path, models=tmp_path / "models")) as address:
        german, short = ask_at(address, GERMAN, ["TOXICITY"]), ask_at(address, "ok", ["TOXICITY"])
        english = ask_at(address, KIND, ["TOXICITY"])

    assert (german.status, german.json["languages"]) == (200, ["de"])
    assert error_type(english) == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert refused(short) == "Unable to detect language"
    assert error_type(short) == "LANGUAGE_DETECTION_FAILED"
