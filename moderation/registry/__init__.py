"""The registry of models: kept in the database for every machine, and which of them serves whom.

A model is made in a folder of one machine and published into the database. Sites form groups; a group
has one model, and the default group has every site that is in no other. Each process looks what should
serve, and takes it from its own folder of models or, where it is not there yet, from the database. A
group can have a shadow as well: a model on trial, which judges beside the serving one without effect.
"""

from moderation.registry.choosing import (
    ChosenMeanwhile,
    NothingToRollBackTo,
    before,
    check_present,
    promote,
    rollback,
)
from moderation.registry.groups import DEFAULT, UnknownGroup, members, put, served
from moderation.registry.keeping import OtherModel, Proved, prove, publish
from moderation.registry.listing import entries
from moderation.registry.serving import Serving
from moderation.registry.shadowing import ServesAlready, end_trial, put_on_trial
from moderation.registry.standing import Choice, Shadow, choice, choices, load_of_group, load_serving

__all__ = [
    "DEFAULT",
    "Choice",
    "ChosenMeanwhile",
    "NothingToRollBackTo",
    "OtherModel",
    "Proved",
    "ServesAlready",
    "Serving",
    "Shadow",
    "UnknownGroup",
    "before",
    "check_present",
    "choice",
    "choices",
    "end_trial",
    "entries",
    "load_of_group",
    "load_serving",
    "members",
    "promote",
    "prove",
    "publish",
    "put",
    "put_on_trial",
    "rollback",
    "served",
]
