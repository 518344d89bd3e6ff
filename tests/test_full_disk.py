"""A disk that fills up while the index is built: a clear message, the old index answers, and with room again the build completes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Of a small disk of its own in a private mount namespace: the index is copied there, all but some room is filled, and documents are added.
SCRIPT = """
import os, shutil, subprocess, sys
from pathlib import Path
from bot.session import Session
from bot.settings import Settings
from index import Builder, DEFAULT_MODEL, IndexUnavailable

source, disk, corpus, room = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "none", str(disk)], check=True)
data = Path(shutil.copytree(source, disk / "data"))
filler = disk / "filler"
with filler.open("wb") as file:
    status = os.statvfs(disk)
    os.posix_fallocate(file.fileno(), 0, max(status.f_bavail * status.f_frsize - room * 1024, 1))

def answered():
    return "depend on China" in Session(Settings(data_dir=data)).ask("Why does China matter for sanctions?").text

try:
    Builder(data, DEFAULT_MODEL).build([corpus])
    print("built", answered())
except IndexUnavailable as error:
    print("refused", answered(), str(error))
    filler.unlink()
    print("then", Builder(data, DEFAULT_MODEL).build([corpus]).changed, answered())
"""
ROOMS = [0, 8, 48, 120, 200, 320, 400, 480, 560, 30_000]  # KiB: from nothing, over each file of a build, to more than enough


@pytest.fixture
def corpus(commentary, tmp_path: Path) -> Path:
    """The commentary and a document more, so that there is something to write."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "king.txt").write_text(commentary.text, encoding="utf-8")
    (folder / "other.txt").write_text("Fog\n\nThe harbour was closed for three days because of fog.\n", encoding="utf-8")
    return folder


def may_mount() -> bool:
    return shutil.which("unshare") is not None and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    "room", [room if room in (120, 560) else pytest.param(room, marks=pytest.mark.slow) for room in ROOMS], ids=lambda room: f"{room} KiB"
)
def test_a_disk_that_fills_up_costs_no_answer(data: Path, corpus: Path, tmp_path: Path, room: int) -> None:
    if not may_mount():
        pytest.skip("only somebody who may mount a small disk can fill it")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["unshare", "-m", sys.executable, "-c", SCRIPT, str(data), str(disk), str(corpus), str(room)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in child.stderr and child.returncode == 0, child.stderr
    first, *then = child.stdout.splitlines()
    if room == ROOMS[-1]:
        assert first == "built True"
    else:
        assert first.startswith("refused True") and "the old" in first and "untouched" in first and "free some space" in first
        assert then == ["then True True"]
