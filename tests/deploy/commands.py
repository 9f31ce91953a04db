"""Find our commands in what operators type, and check that they are there."""

import re
import shlex

import click
from click.testing import CliRunner

from moderation.cli import main

# Where a command begins, and where the shell ends it.
_CALL = re.compile(
    r"(?:^|[\s(']|bin/)(?<!-u )moderation((?: +(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|<>()'\"#]+))+)",
    re.MULTILINE,
)


def check_commands(text: str) -> list[str]:
    """Return each command of ours that `text` calls; fails at one, or an option, that is not there."""
    found = []
    for call in _CALL.finditer(text):
        words = shlex.split(call[1])
        command: click.Command = main
        path: list[str] = []
        while isinstance(command, click.Group) and words and words[0] in command.commands:
            path.append(words[0])
            command = command.commands[words.pop(0)]
        assert path, call[0]
        assert not isinstance(command, click.Group) or words in ([], ["--help"]), call[0]
        shown = CliRunner().invoke(main, [*path, "--help"])
        assert shown.exit_code == 0, shown.output
        for option in (word.partition("=")[0] for word in words if word.startswith("-")):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", shown.output), f"{call[0]}: {option}"
        check_number_of_arguments(command, words, call[0])
        found.append(" ".join(path))
    return found


def check_number_of_arguments(command: click.Command, words: list[str], shown: str) -> None:
    """Fail where a command is called with too few words or too many."""
    if isinstance(command, click.Group) or "--help" in words:
        return
    context = click.Context(command)
    try:
        # Values are of the operator's own: files and names that are not there when this is checked.
        _, left, _ = command.make_parser(context).parse_args([*words])
        given = [one for one in left if one]
    except click.UsageError as error:
        raise AssertionError(f"{shown}: {error}") from error
    assert not given, f"{shown}: {given}"
    required = [one for one in command.params if isinstance(one, click.Argument) and one.required]
    assert len([word for word in words if not word.startswith("-")]) >= len(required), shown
