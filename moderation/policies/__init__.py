"""What a site's owner sets for how comments are judged: rules, lists, choices, and their history."""

from moderation.policies.changing import (
    ChangedMeanwhile,
    ChangedSince,
    NothingToTakeBack,
    UnknownChange,
    by_revision,
    changes,
    last_change,
)
from moderation.policies.choosing import (
    MOST_DAYS_KEPT,
    PERIODS,
    BadLanguage,
    BadPeriod,
    BadShare,
    accepted,
    choices,
    choose,
)
from moderation.policies.compiled import Policies, drafted
from moderation.policies.drafts import BadSetting, Change, check, save, take_back
from moderation.policies.keeping import CHOICES, Choices, Kept, KeptList, KeptRule, of_list, of_rule
from moderation.policies.keeping import decode as read_kept
from moderation.policies.keeping import encode as write_kept
from moderation.policies.keeping import read as kept
from moderation.policies.listing import (
    OtherList,
    UnknownList,
    add_entry,
    kept_list,
    lists,
    put_list,
    remove_list,
)
from moderation.policies.ruling import changed_rule, kept_rule, reset_rule, rules, set_rule

__all__ = [
    "CHOICES",
    "MOST_DAYS_KEPT",
    "PERIODS",
    "BadLanguage",
    "BadPeriod",
    "BadSetting",
    "BadShare",
    "Change",
    "ChangedMeanwhile",
    "ChangedSince",
    "Choices",
    "Kept",
    "KeptList",
    "KeptRule",
    "NothingToTakeBack",
    "OtherList",
    "Policies",
    "UnknownChange",
    "UnknownList",
    "accepted",
    "add_entry",
    "by_revision",
    "changed_rule",
    "changes",
    "check",
    "choices",
    "choose",
    "drafted",
    "kept",
    "kept_list",
    "kept_rule",
    "last_change",
    "lists",
    "of_list",
    "of_rule",
    "put_list",
    "read_kept",
    "remove_list",
    "reset_rule",
    "rules",
    "save",
    "set_rule",
    "take_back",
    "write_kept",
]
