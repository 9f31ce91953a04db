"""The operating guide: what it tells people to type and to open is there."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from moderation.settings import PREFIX, Settings
from tests.deploy.commands import check_commands

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "operating.md"
BLOCKS = [
    re.sub(r"^   ", "", block, flags=re.MULTILINE)
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
]
PROSE = re.sub(r"^ *```sh\n.*?^ *```", "", GUIDE.read_text(), flags=re.DOTALL | re.MULTILINE)


def test_every_command_that_it_shows_is_there():
    shown = [command for block in BLOCKS for command in check_commands(block)]
    named = [
        command
        for span in re.findall(r"`(moderation [^`]+)`", PROSE)
        for command in check_commands(span)
    ]
    assert {"site rotate", "db restore", "moderator leave", "db upgrade"} <= {*shown, *named}


@pytest.mark.parametrize(
    "wrong",
    [
        "moderation db burn FILE",
        "moderation retrain --promote",
        "moderation site rotate",
        "moderation nothing",
    ],
)
def test_what_is_not_there_would_be_found(wrong):
    with pytest.raises(AssertionError):
        check_commands(f"cd /opt && {wrong}\n")


def test_every_setting_that_it_names_is_one():
    named = {name.lower() for name in re.findall(rf"{PREFIX}([A-Z_]+)", GUIDE.read_text())}
    assert named <= set(Settings.__struct_fields__)


def test_every_file_and_target_that_it_names_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", PROSE)
    assert [
        link for link in links if not urlsplit(link).scheme and not (GUIDE.parent / link).exists()
    ] == []
    for block in BLOCKS:
        for name in re.findall(r"(?<![\w/])(deploy/[\w./-]+)", block):
            assert (ROOT / name).exists(), name
        for target in re.findall(r"^make ([\w-]+)", block, re.MULTILINE):
            assert f"\n{target}:" in (ROOT / "Makefile").read_text(), target
    units = re.findall(r"\b(moderation[\w-]*\.(?:service|timer))\b", GUIDE.read_text())
    assert units
    for unit in units:
        assert (ROOT / "deploy" / "systemd" / unit).exists(), unit
