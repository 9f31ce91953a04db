"""A provider of single sign-on that really signs, and that can be told to misbehave."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "moderation", "a secret of the client's"


class Provider:
    """OpenID Connect as a provider speaks it; whoever comes is logged in there as `person`."""

    def __init__(self) -> None:
        self.address = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.other_key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.asked: list[str] = []
        self.behave()

    def behave(self) -> None:
        """Do everything right from now on."""
        self.person: dict[str, object] = {"sub": "4711", "preferred_username": "ana"}
        # What the ID token says instead; None leaves a claim out.
        self.claims: dict[str, object] = {}
        self.metadata: dict[str, object] = {}
        self.signing = "RS256"
        self.signs_with = self.key
        # With what it signs where it signs with a secret.
        self.shared_key = b""
        # What is answered instead, by address.
        self.answers: dict[str, Response | str] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def signed(self, nonce: str) -> str:
        """Make an ID token."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.signing, "kid": "one"}
        if self.signing == "RS256":
            return jwt.encode(header, claims, self.signs_with)
        # What no library would sign is signed here, or is not.
        body = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
        if self.signing == "none":
            return f"{body}."
        seal = hmac.digest(self.shared_key, body.encode(), "sha256")
        return f"{body}.{_part(seal)}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def providing() -> Iterator[Provider]:
    """Let a provider listen on a real port."""
    provider = Provider()
    app = _app(provider)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _app(provider: Provider) -> Flask:
    app = Flask("provider")

    @app.before_request
    def instead() -> Response | str | None:
        provider.asked.append(request.path)
        return provider.answers.get(request.path)

    @app.get("/.well-known/openid-configuration")
    def metadata() -> Response:
        known = {
            "issuer": provider.address,
            "authorization_endpoint": f"{provider.address}/authorize",
            "token_endpoint": f"{provider.address}/token",
            "jwks_uri": f"{provider.address}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return jsonify({**known, **provider.metadata})

    @app.get("/authorize")
    def authorize() -> Response:
        code = secrets.token_urlsafe()
        provider.codes[code] = request.args.to_dict()
        back = {"code": code, "state": request.args["state"]}
        return redirect(f"{request.args['redirect_uri']}?{urlencode(back)}")

    @app.post("/token")
    def token() -> Response | tuple[Response, int]:
        asked = provider.codes.pop(request.form["code"], None)
        verifier = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = _part(verifier)
        known = request.authorization
        if (
            asked is None
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != request.form["redirect_uri"]
            or (known.username, known.password) != (CLIENT, SECRET)
        ):
            return jsonify(error="invalid_grant"), 400
        access = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer"}
        return jsonify(id_token=provider.signed(asked["nonce"]), **access)

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(KeySet([provider.key]).as_dict(private=False))

    return app
