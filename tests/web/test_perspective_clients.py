"""Programs written for Perspective, unmodified but for the address."""

import json
import logging
import time

import pytest
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from sqlalchemy import select

from moderation.store import Database
from moderation.store.tables import Comment
from moderation.verdict import Action
from tests.calling import Answer, call
from tests.conftest import KEY, listening
from tests.web.test_perspective import prepared

BOUNDARY = "===============7330845974216740156=="


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service on SQLite, and its settings."""
    settings = prepared(tmp_path_factory.mktemp("service"))
    with listening(settings) as address:
        yield address, settings


@pytest.fixture(scope="module")
def address(service):
    """The service's address."""
    return service[0]


@pytest.fixture
def client(address):
    """Google's client for Python, built as in Google's sample."""
    client = discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=KEY,
        discoveryServiceUrl=f"{address}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )
    yield client
    client.close()


class TestGooglesClientForPython:
    def test_it_analyzes(self, client):
        analyze_request = {
            "comment": {"text": "friendly greetings from python"},
            "requestedAttributes": {"TOXICITY": {}},
        }

        response = client.comments().analyze(body=analyze_request).execute()

        toxicity = response["attributeScores"]["TOXICITY"]
        assert 0 <= toxicity["summaryScore"]["value"] < 0.2
        assert toxicity["spanScores"][0]["score"] == toxicity["summaryScore"]
        assert response["languages"] == ["en"]

    def test_it_suggests_a_score(self, client):
        suggestion = {
            "comment": {"text": "You idiot."},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
            "clientToken": "from-python",
        }

        response = client.comments().suggestscore(body=suggestion).execute()

        assert response == {"clientToken": "from-python"}

    def test_it_reads_what_is_wrong(self, client):
        request = {"comment": {"text": "hello"}, "requestedAttributes": {"FLIRTATION": {}}}

        with pytest.raises(HttpError) as raised:
            client.comments().analyze(body=request).execute()

        assert raised.value.status_code == 400
        assert raised.value.reason == "Attribute FLIRTATION does not support request languages: en"
        detail = raised.value.error_details[0]
        assert detail["languageNotSupportedByAttributeError"]["attribute"] == "FLIRTATION"

    def test_it_sends_many_requests_in_one(self, client):
        answers = {}

        def hear(request_id: str, response: object, error: HttpError | None) -> None:
            answers[request_id] = error.reason if error else response

        texts = {"kind": "Thank you, ana.", "rüde / 2": "You are an idiot, ben 🙂", "empty": ""}
        batch = client.new_batch_http_request(callback=hear)
        for name, text in texts.items():
            body = {
                "comment": {"text": text},
                "requestedAttributes": {"TOXICITY": {}},
                "clientToken": name,
            }
            batch.add(client.comments().analyze(body=body), request_id=name)
        batch.add(
            client.comments().suggestscore(
                body={
                    "comment": {"text": "Thank you, ben."},
                    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
                }
            ),
            request_id="said",
        )
        batch.execute()

        assert answers["empty"] == "Comment must be non-empty."
        assert answers["said"] == {}
        scores = {
            name: answers[name]["attributeScores"]["TOXICITY"]["summaryScore"]["value"]
            for name in ("kind", "rüde / 2")
        }
        assert scores["kind"] < 0.2
        assert scores["rüde / 2"] > 0.8
        assert answers["rüde / 2"]["clientToken"] == "rüde / 2"
        alone = {"comment": {"text": texts["rüde / 2"]}, "requestedAttributes": {"TOXICITY": {}}}
        response = client.comments().analyze(body=alone).execute()
        assert response["attributeScores"]["TOXICITY"]["summaryScore"]["value"] == scores["rüde / 2"]

    def test_it_says_that_nothing_is_deprecated(self, address, caplog):
        """A document that leaves something out makes the client complain, in the log."""
        with caplog.at_level(logging.WARNING, logger="googleapiclient"):
            client = discovery.build(
                "commentanalyzer",
                "v1alpha1",
                developerKey=KEY,
                discoveryServiceUrl=f"{address}/discovery/v1/apis/commentanalyzer/v1alpha1/rest",
                static_discovery=False,
            )
            client.new_batch_http_request()
            client.close()

        assert not caplog.records


class TestBatches:
    """What clients may write otherwise than Google's for Python does."""

    def batch(self, address: str, parts: list[str], query: str = "") -> Answer:
        body = "".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in parts) + f"--{BOUNDARY}--\r\n"
        media_type = f'multipart/mixed; boundary="{BOUNDARY}"'
        return call("POST", f"{address}/batch{query}", raw=body.encode(), media_type=media_type)

    def part(
        self,
        target: str,
        *,
        method: str = "POST",
        headers: str = "",
        text: str = "Thank you, ana. Grüße 🙂",
    ) -> str:
        content = {
            "comment": {"text": text},
            "requestedAttributes": {"TOXICITY": {}},
            "languages": ["en"],
        }
        return (
            "Content-Type: application/http\r\nContent-ID: <a + 1>\r\n\r\n"
            f"{method} {target} HTTP/1.1\r\nContent-Type: application/json\r\n{headers}\r\n"
            f"{json.dumps(content, ensure_ascii=False)}"
        )

    @pytest.mark.parametrize(
        ("target", "headers", "query"),
        [
            (f"/v1alpha1/comments:analyze?key={KEY}", "", ""),
            (f"/v1alpha1/comments%3Aanalyze?alt=json&key={KEY}", "", ""),
            (f"http://elsewhere.example/v1alpha1/comments:analyze?key={KEY}", "", ""),
            ("/v1alpha1/comments:analyze", f"x-goog-api-key: {KEY}\r\n", ""),
            ("/v1alpha1/comments:analyze", f"authorization: Bearer {KEY}\r\n", ""),
            # The key of the whole request.
            ("/v1alpha1/comments:analyze", "", f"?key={KEY}"),
        ],
    )
    def test_a_part_is_answered_under_its_id(self, address, target, headers, query):
        answer = self.batch(address, [self.part(target, headers=headers)], query)

        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=")
        head, inner, body = answer.text.split("\r\n\r\n")
        assert "Content-Type: application/http" in head
        assert "Content-ID: <response-a + 1>" in head
        assert inner.splitlines()[:2] == [
            "HTTP/1.1 200 OK",
            "Content-Type: application/json; charset=UTF-8",
        ]
        content = body.splitlines()[0]
        assert f"Content-Length: {len(content.encode())}" in inner
        spans = json.loads(content)["attributeScores"]["TOXICITY"]["spanScores"]
        assert spans[0]["end"] == len("Thank you, ana. Grüße 🙂") + 1

    @pytest.mark.parametrize(
        ("status", "part"),
        [
            (403, {"target": "/v1alpha1/comments:analyze"}),
            (400, {"target": "/v1alpha1/comments:analyze?key=0123"}),
            (400, {"target": f"/v1alpha1/comments:analyze?key={KEY}", "text": ""}),
            (404, {"target": f"/api/v1/comments?key={KEY}"}),
            (404, {"target": f"/batch?key={KEY}"}),
            (404, {"target": f"/v1alpha1/comments:analyze?key={KEY}", "method": "GET"}),
            (404, {"target": ""}),
        ],
    )
    def test_what_is_wrong_with_a_part_costs_the_others_nothing(self, address, status, part):
        good = self.part(f"/v1alpha1/comments:analyze?key={KEY}")
        answer = self.batch(address, [good, self.part(**part), good])

        statuses = [line for line in answer.text.splitlines() if line.startswith("HTTP/1.1")]
        assert [int(line.split()[1]) for line in statuses] == [200, status, 200]
        assert f'"code":{status}' in answer.text

    @pytest.mark.parametrize(
        "part",
        [
            "",
            "\r\n",
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x--",
            "Content-ID: <ä>\r\n\r\nPOST /ä HTTP/1.1\r\n\r\n",
            "\r\nPOST http://[::1 HTTP/1.1\r\n\r\n",
            "\r\nGET /v1alpha1/comments:analyze HTTP/1.1\r\nX-Goog-Api-Key: ä\r\n b\r\n\r\n",
        ],
    )
    def test_a_part_that_is_no_request_is_answered_with_an_error(self, address, part):
        answer = self.batch(address, [part], f"?key={KEY}")

        assert answer.status == 200
        assert '"status":"NOT_FOUND"' in answer.text

    def test_a_folded_id_comes_back_in_one_line(self, address):
        part = self.part("/nowhere").replace("<a + 1>", "<a\r\n + 1>")
        answer = self.batch(address, [part])

        assert "Content-ID: <response-a + 1>\r\n" in answer.text

    @pytest.mark.parametrize(
        "media_type", ["", "application/json", "multipart/mixed", 'multipart/mixed; boundary="x"']
    )
    def test_a_body_that_is_no_batch_is_refused(self, address, media_type):
        answer = call("POST", f"{address}/batch", raw=b"{}", media_type=media_type)

        error = answer.json["error"]
        assert (answer.status, error["status"]) == (400, "INVALID_ARGUMENT")
        assert "multipart/mixed" in error["message"]

    def test_parts_of_parts_are_not_taken_apart(self, address):
        """Going into them would take minutes, and at some depth fail."""
        inner = "".join(
            f"Content-Type: multipart/mixed; boundary={number}\r\n\r\n--{number}\r\n"
            for number in range(2_000)
        )
        began = time.monotonic()
        answer = self.batch(address, [inner + "\n" * 900_000])

        assert (answer.status, answer.text.count("HTTP/1.1 404")) == (200, 1)
        assert time.monotonic() - began < 5

    def test_too_many_parts_are_refused(self, address):
        answer = self.batch(address, ["\r\n"] * 1_001)

        assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
        assert "1000" in answer.json["error"]["message"]


class TestCoral:
    """The two requests of Coral 9, whose endpoint is a setting: the address with /v1alpha1."""

    def test_it_asks_for_one_attribute(self, address):
        request = {
            "comment": {"text": "You are a worthless idiot, nobody wants you here"},
            "doNotStore": True,
            "requestedAttributes": {"TOXICITY": {}},
            "languages": ["en"],
        }
        answer = call("POST", f"{address}/v1alpha1/comments:analyze?key={KEY}", request)

        assert answer.status == 200
        assert answer.json["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8

    @pytest.mark.parametrize(("status", "value"), [("APPROVED", 0), ("DELETED", 1)])
    def test_it_says_what_its_moderators_decided(self, service, status, value):
        address, settings = service
        name = f"comment-{status.lower()}"
        context = {
            "url": f"https://blog.example.org/war?commentID={name}",
            "reply_to_id_Coral_comment_id": "comment-0",
            "Coral_comment_id": name,
        }
        request = {
            "comment": {"text": f"What a day, said {status}"},
            "context": {"entries": [{"text": json.dumps(context)}]},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": value}}},
            "languages": ["en"],
            "communityId": "Coral:https://coral.example.org",
            "clientToken": f"comment:{name}",
        }
        answer = call("POST", f"{address}/v1alpha1/comments:suggestscore?key={KEY}", request)

        assert answer.status == 200
        assert answer.json == {"clientToken": f"comment:{name}", "requestedLanguages": ["en"]}
        database = Database(settings.where_data_lives())
        with database.reading() as session:
            comment = session.scalars(
                select(Comment).where(Comment.external_id == f"comment:{name}")
            ).one()
        database.close()
        assert comment.outcome is (Action.APPROVE if status == "APPROVED" else Action.REJECT)
