"""What is installed is listed whole, and is called safe only after all of it was asked about."""

import json
import os
import subprocess
import sys

from tools import sbom
from tools.audit import judged
from tools.locked import ROOT, pins

LOCKED = [("a", "1"), ("b", "2")]
WEAKNESS = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["3"]}


def test_the_list_names_everything_that_the_lock_file_pins(tmp_path):
    made = sbom.made()
    listed = json.loads(made)

    assert {(one["name"], one["version"]) for one in listed["components"]} == set(pins())
    assert {one["purl"] for one in listed["components"]} == {f"pkg:pypi/{n}@{v}" for n, v in pins()}
    assert listed["metadata"]["component"]["name"] == "comment-moderation"
    assert len(pins()) > 50
    # The format's own address, and no other; nor a place on this machine.
    assert made.count("://") == made.count("http://cyclonedx.org/") == 1
    assert str(ROOT) not in made
    assert "timestamp" not in made
    assert "serialNumber" not in made


def test_what_was_not_asked_about_is_not_called_safe():
    """Neither what was left out with a reason, nor what the answer forgets, nor another version."""
    assert judged(LOCKED, [{"name": "a", "version": "1", "vulns": []}]) == ([], [("b", "2")])
    left_out = [{"name": "a", "version": "1", "skip_reason": "not found"}]
    assert judged(LOCKED, left_out) == ([], LOCKED)
    assert judged(LOCKED, [{"name": "a", "version": "2", "vulns": []}]) == ([], LOCKED)
    assert judged(LOCKED, [{"name": name, "version": v, "vulns": []} for name, v in LOCKED]) == ([], [])


def test_a_known_weakness_is_named_with_what_mends_it():
    weak, unknown = judged(LOCKED[:1], [{"name": "a", "version": "1", "vulns": [WEAKNESS]}])

    assert (weak, unknown) == (["a 1: PYSEC-1 (CVE-1), mended in 3"], [])


def test_where_the_advisories_cannot_be_reached_it_fails_and_says_so(tmp_path):
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "tools.audit"],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert f"NOT AUDITED: {len(pins())} of {len(pins())}" in done.stdout
    assert "proves nothing" in done.stdout
