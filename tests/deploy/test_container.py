"""The container file: what it copies is there, and what it runs are commands of ours."""

import fnmatch
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from moderation.settings import PREFIX, read
from tests.deploy.commands import check_commands

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy"


def instructions() -> Iterator[tuple[str, str]]:
    """Each instruction with what follows it, comments left out and continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (FOLDER / "Containerfile").read_text(), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, " ".join(rest.split())


def every(wanted: str) -> list[str]:
    return [rest for name, rest in instructions() if name == wanted]


def test_what_it_copies_is_there_and_reaches_it():
    passed = [
        line.removeprefix("!")
        for line in (FOLDER / ".containerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    copied = [
        source
        for line in every("COPY")
        if "--from=" not in line
        for source in [word for word in line.split() if not word.startswith("--")][:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(source == name or fnmatch.fnmatch(name, f"{source}/*") for name in passed), source
    for name in passed:
        assert [*ROOT.glob(name)], name


def test_only_what_the_lock_file_names_is_installed():
    installing = [line for line in every("RUN") if "pip install" in line]
    assert len(installing) == 2
    for line in installing:
        assert "--require-hashes" in line or {"--no-index", "--no-deps"} <= set(line.split())


def test_the_image_is_pinned_and_nobody_in_it_is_root():
    assert all(re.search(r":3\.11-slim-\w+\b", line) for line in every("FROM"))
    user = every("USER")[-1]
    assert user.partition(":")[0] not in {"root", "0"}
    # A new volume has the owner of the folder that it hides.
    assert all(f"--chown={user}" in line for line in every("COPY") if "/var/lib/" in line)
    assert every("STOPSIGNAL") == ["SIGTERM"]


def test_its_settings_are_settings():
    chosen = dict(word.split("=", 1) for line in every("ENV") for word in shlex.split(line))
    settings = read({name: value for name, value in chosen.items() if name.startswith(PREFIX)})
    volumes = json.loads(every("VOLUME")[0])
    assert {str(settings.instance), str(settings.models)} == set(volumes)
    assert every("EXPOSE") == [str(settings.port)]


def test_what_it_runs_are_commands():
    shell, _, line = json.loads(every("CMD")[-1])
    assert shell == "sh"
    assert check_commands(line) == ["db upgrade", "serve"]
    program, _, check = json.loads(every("HEALTHCHECK")[0].partition("CMD ")[2])
    assert program == "python"
    compile(check, "check", "exec")
    assert "/readyz" in check
