"""The doctor finds what is there and says how to get what is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.rooms import bubblewrap, doctor

AS_USER = """
import json
from autograder.rooms import doctor
print(json.dumps({finding.feature: finding.ok for finding in doctor.examine()}))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests already run as a plain user")
def test_a_plain_user_has_the_same_rooms_as_root():
    home = Path.home()
    command = [bubblewrap.find(), "--dev-bind", "/", "/", "--tmpfs", str(home)]
    for folder in bubblewrap.shown(()):
        if folder.is_relative_to(home):  # which plain users may not enter
            command += [part for parent in reversed(folder.parents) for part in ("--dir", str(parent))]
            command += ["--ro-bind", str(folder), str(folder)]
    command += ["--chmod", "0755", str(home), "setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
    command += ["--inh-caps=-all", sys.executable, "-c", AS_USER]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "HOME": "/tmp"})
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)
    rooms = ("bubblewrap", "rooms", "no network", "read-only system", "own list of processes", "filter of system calls")
    assert all(findings[feature] for feature in rooms), findings


def test_every_finding_that_is_not_ok_comes_with_a_remedy():
    for finding in doctor.examine():
        assert finding.feature and finding.detail
        assert finding.ok == (finding.remedy == "")


def test_where_rooms_work_nothing_of_them_is_missing():
    findings = {finding.feature: finding for finding in doctor.examine()}
    if findings["rooms"].ok:
        assert findings["no network"].ok and findings["read-only system"].ok


def test_a_missing_bubblewrap_comes_with_the_command_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = {finding.feature: finding for finding in doctor.examine()}
    assert not findings["bubblewrap"].ok and "apt-get install bubblewrap" in findings["bubblewrap"].remedy
    assert "rooms" not in findings
