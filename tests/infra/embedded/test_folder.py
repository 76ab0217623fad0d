"""The data folder: who may take it, and what is refused without a change to it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.embedded import folder as folders
from infra.embedded.folder import MARK, PARTS, AlreadyRunning, DataFolder, claim
from infra.errors import CannotStart

KILLED = """
import os, pathlib, sys
from infra.embedded.folder import claim
held = claim(pathlib.Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[DataFolder]:
    taken = claim(path)
    try:
        yield taken
    finally:
        taken.released()


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A folder on which a desk came up and was stopped in order."""
    path = tmp_path / "data"
    with claimed(path) as taken:
        for part in PARTS:
            (path / part).mkdir()
        taken.mark_complete()
    return path


def test_a_new_folder_is_made_and_belongs_to_this_desk_alone(tmp_path: Path) -> None:
    with claimed(tmp_path / "deep" / "data") as taken:
        assert not taken.complete
        assert not taken.left_behind
        assert taken.path.stat().st_mode & 0o777 == 0o711
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
            claim(taken.path)


def test_a_folder_given_back_is_complete_and_leaves_nothing_to_wait_for(used: Path) -> None:
    with claimed(used) as taken:
        assert taken.complete
        assert not taken.left_behind


def test_the_desk_after_a_killed_one_knows_that_something_was_left_behind(used: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(used)], check=False)

    assert killed.returncode == -9
    with claimed(used) as taken:
        assert taken.left_behind
        assert taken.complete


@pytest.mark.parametrize("part", PARTS)
def test_a_folder_that_has_lost_a_part_is_refused_by_its_name(used: Path, part: str) -> None:
    (used / part).rmdir()

    with pytest.raises(CannotStart, match=rf"has lost {part}"):
        claim(used)


def test_a_first_start_that_did_not_get_through_is_simply_continued(tmp_path: Path) -> None:
    with claimed(tmp_path):
        (tmp_path / "postgres").mkdir()

    with claimed(tmp_path) as taken:
        assert not taken.complete


def write_newer(path: Path) -> None:
    (path / MARK).write_text(json.dumps({"format": folders.FORMAT + 1, "complete": True}))


def cut_mark(path: Path) -> None:
    (path / MARK).write_text('{"form')


def lose_mark_among_other_things(path: Path) -> None:
    (path / MARK).unlink()
    (path / "holiday.jpg").touch()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (write_newer, "newer version"),
        (cut_mark, "cannot be read"),
        (lose_mark_among_other_things, r"holds other things \(holiday\.jpg\)"),
    ],
)
def test_a_folder_not_to_be_understood_is_left_as_it_is(used: Path, harm: Callable[[Path], None], said: str) -> None:
    harm(used)
    before = {path.name: path.read_bytes() for path in used.iterdir() if path.is_file()}

    with pytest.raises(CannotStart, match=said) as refused:
        claim(used)

    assert "LIYUAN_DATA_FOLDER" in refused.value.remedy
    assert before == {path.name: path.read_bytes() for path in used.iterdir() if path.is_file()}


def test_a_full_disk_is_refused_with_both_figures(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "NEEDED_BYTES", 1 << 62)

    with pytest.raises(
        CannotStart, match=r"只剩 \d+ MB，至少需要 \d+ MB\n  办法：.*\nonly \d+ MB are free .* needs \d+ MB"
    ):
        claim(used)


def test_a_path_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(CannotStart, match="cannot be written"):
        claim(tmp_path / "data")
