"""What a running process holds: settings, database, classifier, compiled policies, sites, a sender."""

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from moderation.policies import Policies
from moderation.registry import Serving
from moderation.sending import Sender
from moderation.settings import Settings
from moderation.sites import Keys
from moderation.store import Database, Probe

_EXTENSION = "moderation"


@dataclass(frozen=True)
class State:
    """One for each application."""

    settings: Settings
    database: Database
    probe: Probe
    serving: Serving
    # Runs only in a process that serves the application.
    sender: Sender
    policies: Policies = field(default_factory=Policies)
    keys: Keys = field(default_factory=Keys)


def state() -> State:
    """Return the state of the application that handles this request."""
    return cast(State, current_app.extensions[_EXTENSION])
