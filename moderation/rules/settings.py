"""Read and change what an owner sets for a rule; keep only what differs from how the rule comes."""

from collections.abc import Mapping

import msgspec

from moderation.refusal import Refusal
from moderation.rules import RULES, Mode, Rule, Setting
from moderation.rules.options import changed

OFF = "off"
# The words for a mode. Off is no mode: the rule is not asked.
MODES: Mapping[str, Mode | None] = {OFF: None} | {mode.value: mode for mode in Mode}
# What can be set, in the order in which rules are asked.
SETTABLE: Mapping[str, Rule] = {rule.name: rule for rule in RULES if not rule.fixed}


class UnknownRule(Refusal):
    """There is no rule of that name that can be set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no rule {name} to set. The rules: {', '.join(SETTABLE)}.")


class UnreadableSetting(ValueError):
    """A setting was kept that this version cannot read."""


def rule(name: str) -> Rule:
    """Find a rule that can be set, or raise UnknownRule."""
    if name not in SETTABLE:
        raise UnknownRule(name)
    return SETTABLE[name]


def default(which: Rule) -> Setting:
    """How the rule works where nothing is set."""
    return Setting(which.mode, which.options)


def change(setting: Setting, *, mode: str | None, options: Mapping[str, str]) -> Setting:
    """Return the setting with other words for some of it. Raises BadOption."""
    return Setting(
        setting.mode if mode is None else MODES[mode], changed(setting.options, dict(options))
    )


def read(name: str, mode: str | None, options: str) -> Setting:
    """Read what was kept of a setting. Raises UnreadableSetting."""
    try:
        which = SETTABLE[name]
        kept = msgspec.json.decode(options, type=type(which.options))
        return Setting(which.mode if mode is None else MODES[mode], kept)
    except KeyError as error:
        raise UnreadableSetting(f"{error} is unknown") from error
    except msgspec.DecodeError as error:
        raise UnreadableSetting(str(error)) from error


def kept(which: Rule, setting: Setting) -> tuple[str | None, str]:
    """Return what must be kept of a setting: its mode, if it is not the rule's own, and its options."""
    mode = None if setting.mode is which.mode else word(setting.mode)
    # Options that have their defaults are left out.
    return mode, msgspec.json.encode(setting.options).decode()


def word(mode: Mode | None) -> str:
    """Return the word for a mode."""
    return OFF if mode is None else mode.value
