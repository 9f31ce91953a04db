"""What a running process holds: its settings, its database, its classifier, its compiled policies."""

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from moderation.classifier.serving import Serving
from moderation.settings import Settings
from moderation.sites import Policies
from moderation.store import Database

_EXTENSION = "moderation"


@dataclass(frozen=True)
class State:
    """One for each application."""

    settings: Settings
    database: Database
    serving: Serving
    policies: Policies = field(default_factory=Policies)


def state() -> State:
    """Return the state of the application that handles this request."""
    return cast(State, current_app.extensions[_EXTENSION])
