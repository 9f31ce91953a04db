"""The HTTP edge: our JSON API, dialects for other clients, the console, and what operators watch."""

import os

from flask import Flask
from flask.helpers import get_debug_flag
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import is_running_from_reloader

from moderation import settings as configuration
from moderation.log import configure
from moderation.registry import Serving
from moderation.sending import Sender
from moderation.settings import Settings
from moderation.store import Database, Probe
from moderation.web import (
    akismet,
    api,
    console,
    cookies,
    errors,
    files,
    heaps,
    language,
    log,
    metrics,
    ops,
    perspective,
)
from moderation.web.buffers import Whole
from moderation.web.csrf import protect
from moderation.web.headers import add_security_headers
from moderation.web.identifiers import IdentifierConverter
from moderation.web.sessions import Sessions
from moderation.web.state import State


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings`, or from the environment."""
    settings = settings or configuration.read()
    configure(settings.log_format)
    app = Flask(__name__, static_url_path=files.address())
    # A site's ids stand in addresses as they are: "/a" is another id than "a".
    app.url_map.merge_slashes = False
    app.url_map.converters["identifier"] = IdentifierConverter
    app.session_interface = Sessions()
    app.config.update(
        # Whoever changes a file while developing wants to see it.
        SEND_FILE_MAX_AGE_DEFAULT=None if app.debug else files.KEPT_FOR,
        SECRET_KEY=settings.signing_key(),
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=settings.max_body,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_NAME=cookies.name("moderation", settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        TRUSTED_HOSTS=settings.hosts(),
    )
    if settings.proxies:
        # Of the address that each of them adds, and of what it says of https; of nothing else.
        through = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)
        app.wsgi_app = through  # type: ignore[method-assign]  # As werkzeug has it.
    database = Database(settings.where_data_lives())
    serving = Serving(database, settings.models)
    # A server may build the application and then fork, and no two processes may share a connection.
    database.close()
    app.extensions["moderation"] = State(
        settings, database, Probe(database), serving, Sender(database, settings.callback_networks)
    )
    log.set_up(app)
    if settings.metrics_token:
        metrics.set_up(app, settings.metrics_token)
    errors.set_up(app)
    language.set_up(app)
    protect(app, exempt=(api.bp, akismet.bp, perspective.bp))
    app.after_request(add_security_headers)
    app.register_blueprint(akismet.bp)
    app.register_blueprint(api.bp)
    app.register_blueprint(console.bp)
    app.register_blueprint(ops.bp)
    app.register_blueprint(perspective.bp)
    app.wsgi_app = Whole(  # type: ignore[method-assign]
        app.wsgi_app, at_once=settings.threads, largest=settings.max_body
    )
    return app


def create_serving_app() -> Flask:
    """Build the application for a process that serves it: tell sites of decisions, follow promotions."""
    heaps.share()
    app = create_app()
    # While developing, `flask run` watches the files, and another process that it starts serves.
    is_watching = "FLASK_RUN_FROM_CLI" in os.environ and get_debug_flag()
    if is_running_from_reloader() or not is_watching:
        app.extensions["moderation"].sender.start()
        app.extensions["moderation"].serving.start()
    return app
