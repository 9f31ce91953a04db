"""What a change of a site's policy would have done to the comments that people decided on last."""

from moderation.backtests.catching import Caught, caught, shown
from moderation.backtests.planning import Limit, NoClassifier, NothingToTry, plan
from moderation.backtests.replaying import LEAST, MOST, USUAL, measure
from moderation.backtests.results import Figures, Moved, Result
from moderation.backtests.running import (
    AlreadyRunning,
    Trial,
    UnknownBacktest,
    find,
    is_stopped,
    latest,
    result_of,
    run,
    run_beside,
    start,
    trial_of,
)

__all__ = [
    "LEAST",
    "MOST",
    "USUAL",
    "AlreadyRunning",
    "Caught",
    "Figures",
    "Limit",
    "Moved",
    "NoClassifier",
    "NothingToTry",
    "Result",
    "Trial",
    "UnknownBacktest",
    "caught",
    "find",
    "is_stopped",
    "latest",
    "measure",
    "plan",
    "result_of",
    "run",
    "run_beside",
    "shown",
    "start",
    "trial_of",
]
