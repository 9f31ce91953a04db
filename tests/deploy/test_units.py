"""The systemd units: what they start is there, and what they may do is little."""

import os
import re
import shutil
import sqlite3
import subprocess
from configparser import RawConfigParser
from contextlib import closing
from pathlib import Path

import pytest

from moderation.settings import PREFIX, Settings, read
from tests.conftest import SHIPPED_MODELS, fresh_file, left_out
from tests.deploy.commands import check_commands
from tests.running import MODERATION, command

FOLDER = Path(__file__).parents[2] / "deploy"
UNITS = FOLDER / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
TIMERS = sorted(UNITS.glob("*.timer"))
# systemd's own measure, from 0 to 10: so much is left to the services.
MOST_EXPOSED = 2.0


def read_unit(path):
    parser = RawConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(path)
    return parser


def started(path):
    """The lines that a unit starts, with systemd's own percent signs undone."""
    service = read_unit(path)["Service"]
    return {
        name: re.sub("%(.)", lambda found: {"S": "/var/lib", "%": "%"}[found[1]], value)
        for name, value in service.items()
        if name.startswith("Exec")
    }


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_what_it_starts_are_commands(unit):
    wanted = {
        "moderation": ["db upgrade", "serve"],
        "moderation-retrain": ["retrain"],
        "moderation-backup": ["db backup"],
        "moderation-prune": ["prune"],
    }
    # A shell writes today's date where it stands.
    lines = re.sub(r"\$\([^)]*\)", "today", "\n".join(started(unit).values()))
    assert check_commands(lines) == wanted[unit.stem]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.stem)
def test_each_timer_has_its_service(timer):
    assert timer.with_suffix(".service").exists()
    assert read_unit(timer)["Timer"]["Persistent"] == "true"


def test_a_model_that_is_refused_is_no_failure_and_learning_gives_way():
    service = read_unit(UNITS / "moderation-retrain.service")["Service"]
    assert service["SuccessExitStatus"] == "3"
    assert int(service["Nice"]) > 0


def test_all_of_them_are_hardened_alike():
    hardening = UNITS / "moderation-.service.d" / "hardening.conf"
    assert (UNITS / "moderation.service.d" / "hardening.conf").resolve() == hardening
    settings = read_unit(hardening)["Service"]
    assert settings["User"] not in {"", "root"}
    for unit in SERVICES:
        assert not read_unit(unit)["Service"].keys() & {"User", "NoNewPrivileges", "ProtectSystem"}


def test_systemd_understands_them(tmp_path):
    if not shutil.which("systemd-analyze"):
        left_out("no systemd on this machine")
    for file in (*SERVICES, *TIMERS):
        text = file.read_text().replace("/opt/moderation/bin/moderation", str(MODERATION))
        (tmp_path / file.name).write_text(text)
    for folder in UNITS.glob("*.d"):
        shutil.copytree(folder, tmp_path / folder.name)
    names = [file.name for file in (*SERVICES, *TIMERS)]
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    checked = analyze("verify", *(tmp_path / name for name in names), environment=environment)
    # It also reads the machine's own units, which are none of ours.
    complaints = [line for line in checked.stderr.splitlines() if "moderation" in line]
    assert (checked.returncode, complaints) == (0, [])
    for unit in SERVICES:
        shown = analyze("security", "--offline=true", unit.name, environment=environment).stdout
        exposed = re.search(r"exposure level for \S+: ([\d.]+)", shown)
        assert exposed, shown
        assert float(exposed[1]) <= MOST_EXPOSED, shown


def analyze(*words, environment):
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_backup_is_written_and_the_oldest_goes(tmp_path):
    fresh_file(tmp_path)
    kept = tmp_path / "moderation-backups"
    kept.mkdir()
    for day in range(1, 5):
        (kept / f"moderation-2026-11-0{day}T021500Z.sqlite3").touch()
    (kept / "something else").touch()
    unit = UNITS / "moderation-backup.service"
    for line in started(unit).values():
        here = line.replace("/var/lib/", f"{tmp_path}/").replace(
            "/opt/moderation/bin/moderation", str(MODERATION)
        )
        subprocess.run(
            ["sh", "-c", here],
            env=os.environ | {"KEEP": "3", f"{PREFIX}INSTANCE": str(tmp_path)},
            capture_output=True,
            check=True,
        )
    names = sorted(file.name for file in kept.glob("moderation-*"))
    assert names[:2] == [f"moderation-2026-11-0{day}T021500Z.sqlite3" for day in (3, 4)]
    assert len(names) == 3
    assert (kept / "something else").exists()
    restored = {f"{PREFIX}INSTANCE": str(tmp_path / "restored")}
    (tmp_path / "restored").mkdir()
    assert "holds" in command("db", "restore", str(kept / names[2]), environment=restored)


def test_the_settings_are_settings_and_the_command_line_reads_them(tmp_path):
    text = (FOLDER / "environment").read_text()
    given = dict(line.split("=", 1) for line in re.findall(rf"^#?({PREFIX}.*)$", text, re.MULTILINE))
    settings = read({name: value.strip("'") for name, value in given.items()})
    assert settings.secure_cookies
    assert settings.log_format == "json"
    assert settings.instance == Path(
        read_unit(UNITS / "moderation-.service.d" / "hardening.conf")["Service"]["WorkingDirectory"]
    )

    fresh_file(tmp_path)
    here = text.replace("/var/lib/moderation/models", str(SHIPPED_MODELS))
    (tmp_path / "environment").write_text(here.replace("/var/lib/moderation", str(tmp_path)))
    script = (
        (FOLDER / "moderation")
        .read_text()
        .replace("runuser -u moderation -- ", "")
        .replace("/etc/moderation/", f"{tmp_path}/")
        .replace("/opt/moderation/bin/moderation", str(MODERATION))
    )
    words = ("site", "add", "two words", "https://blog.example.org/")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        ["sh", "-c", script, *("moderation", *words)],
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.strip()) == 12
    with closing(sqlite3.connect(tmp_path / "moderation.db")) as stored:
        assert stored.execute("SELECT name FROM sites").fetchall() == [("two words",)]


def test_the_proxies_and_the_service_agree_on_the_largest_request():
    assert "client_max_body_size 1m;" in (FOLDER / "nginx.conf").read_text()
    assert "max_size 1MiB" in (FOLDER / "Caddyfile").read_text()
    assert Settings().max_body == 1024 * 1024
