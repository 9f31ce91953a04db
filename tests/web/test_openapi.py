"""The published document is what the code says, and what the code does."""

import json
from pathlib import Path

from flask import Flask

from moderation.settings import Settings
from moderation.web import create_app

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_is_current(tmp_path):
    """To renew it: make openapi."""
    assert json.loads(PUBLISHED.read_text()) == document(create_app(Settings(instance=tmp_path)))


def test_every_operation_of_the_api_is_described(tmp_path):
    app = create_app(Settings(instance=tmp_path))
    views = {
        (method.lower(), rule.rule.replace("<identifier:comment_id>", "{comment_id}"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    described = {
        (method, path) for path, methods in document(app)["paths"].items() for method in methods
    }
    assert described == views


def document(app: Flask) -> dict[str, object]:
    with app.test_client() as client:
        found = client.get("/api/openapi.json").get_json()
    app.extensions["moderation"].database.close()
    return found
