"""The PyPI client `akismet`, as it is, over real HTTP.

It has https://rest.akismet.com built in. A transport of the HTTP library that it is given, httpx,
leads what it sends to that host to the service instead, after the request was made: the address, the
Host header and the body are the client's own, and neither names nor certificates have to be forged.
"""

import asyncio

import akismet
import httpx
import pytest

from moderation.verdict import Action
from tests.web.akismet.asking import ABUSE, DOUBTFUL, GOOD

IP = "192.0.2.7"
SPAM = {
    "comment_content": "Best online casino! 500 free spins, no deposit: http://lucky-spins.example/win",
    "comment_author": "Casino Bonus",
    "comment_author_url": "http://lucky-spins.example/buy-casino",
}


def led(request: httpx.Request, address: str) -> httpx.Request:
    """Lead a request for the built-in host to the service at `address`."""
    assert (request.url.scheme, request.url.host) == ("https", "rest.akismet.com")
    assert request.headers["Host"] == "rest.akismet.com"
    service = httpx.URL(address)
    request.url = request.url.copy_with(scheme="http", host=service.host, port=service.port)
    return request


class Leading(httpx.HTTPTransport):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return super().handle_request(led(request, self.address))


class LeadingAsynchronously(httpx.AsyncHTTPTransport):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await super().handle_async_request(led(request, self.address))


@pytest.fixture
def http(blog):
    """The client's own kind of HTTP client, but for where it leads and how long it waits."""
    headers = {"User-Agent": akismet.USER_AGENT}
    with httpx.Client(headers=headers, transport=Leading(blog.address), timeout=30) as client:
        yield client


@pytest.fixture
def client(blog, http):
    return akismet.SyncClient.validated_client(akismet.Config(blog.key, blog.url), http)


def test_a_bad_key_is_refused(blog, http):
    with pytest.raises(akismet.APIKeyError):
        akismet.SyncClient.validated_client(akismet.Config("ffffffffffff", blog.url), http)


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ({"comment_content": GOOD}, akismet.CheckResponse.HAM),
        ({"comment_content": ABUSE}, akismet.CheckResponse.SPAM),
        (SPAM, akismet.CheckResponse.DISCARD),
        # It cannot keep a comment back; as spam, a person can still find it.
        ({"comment_content": DOUBTFUL}, akismet.CheckResponse.SPAM),
        (
            {"comment_author": "akismet-guaranteed-spam", "comment_content": GOOD},
            akismet.CheckResponse.SPAM,
        ),
        ({"user_role": "administrator", "comment_content": ABUSE}, akismet.CheckResponse.HAM),
        ({"is_test": True, "comment_content": GOOD}, akismet.CheckResponse.HAM),
    ],
)
def test_it_hears_what_we_think(client, comment, found):
    assert client.comment_check(user_ip=IP, comment_author_email="ana@example.org", **comment) is found


def test_what_it_reports_is_believed(client, stored):
    client.comment_check(user_ip=IP, comment_content=ABUSE)

    assert client.submit_ham(user_ip=IP, comment_content=ABUSE)
    assert client.submit_spam(user_ip=IP, comment_content=GOOD)

    assert [one.outcome for one in stored()] == [Action.APPROVE, Action.REJECT]
    again = client.comment_check(user_ip=IP, comment_content=ABUSE, recheck_reason="edit")
    assert again is akismet.CheckResponse.HAM


def test_all_that_it_can_say_of_a_comment_is_accepted(client, stored):
    client.comment_check(
        user_ip=IP,
        blog_charset="UTF-8",
        blog_lang="en, fr_ca",
        comment_author="ana",
        comment_author_email="ana@example.org",
        comment_author_url="https://ana.example/",
        comment_content=GOOD,
        comment_context="war",
        comment_date_gmt="2026-11-24T10:00:00+00:00",
        comment_post_modified_gmt="2026-11-20T10:00:00+00:00",
        comment_type="comment",
        honeypot_field_name="hidden",
        permalink="https://blog.example.org/war/",
        referrer="https://blog.example.org/",
        user_agent="Mozilla/5.0",
        user_role="guest",
    )

    (comment,) = stored()
    assert (comment.author_user_agent, comment.submitted_at.isoformat()) == (
        "Mozilla/5.0",
        "2026-11-24T10:00:00+00:00",
    )


def test_it_reads_how_much_was_used(client):
    client.comment_check(user_ip=IP, comment_content=GOOD)

    assert client.usage_limit() == {
        "limit": "none",
        "usage": 1,
        "percentage": "0.00",
        "throttled": False,
    }


def test_it_sends_no_key_when_it_asks_for_the_keys_sites(client):
    with pytest.raises(akismet.APIKeyError):
        client.key_sites()


def test_trouble_is_an_error_to_it_and_no_verdict(client, monkeypatch):
    from moderation.web import judging

    def broken(*_args, **_options):
        raise RuntimeError("broken")

    monkeypatch.setattr(judging, "check", broken)

    with pytest.raises(akismet.ProtocolError, match="temporarily unavailable"):
        client.comment_check(user_ip=IP, comment_content=GOOD)


def test_its_asynchronous_twin_hears_the_same(blog):
    async def ask() -> akismet.CheckResponse:
        transport = LeadingAsynchronously(blog.address)
        async with httpx.AsyncClient(transport=transport, timeout=30) as http:
            config = akismet.Config(blog.key, blog.url)
            client = await akismet.AsyncClient.validated_client(config, http)
            return await client.comment_check(user_ip=IP, comment_content=GOOD)

    assert asyncio.run(ask()) is akismet.CheckResponse.HAM
