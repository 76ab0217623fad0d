"""Every saved history replays with the workflows as they are, run as in production."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from domain.rulebook import PROCEDURES
from infra.payloads import data_converter
from tests.replay.keys import ring
from tests.replay.planted import PlantedWorkflow
from workflows import CASES

FOLDER = Path(__file__).parent / "histories"
SAVED = sorted(FOLDER.glob("*/*.json"))


@pytest.mark.parametrize("path", SAVED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_saved_history_replays(path: Path) -> None:
    replayer = _replayer(*CASES.values())

    await replayer.replay_workflow(_history(path))


async def test_a_changed_step_is_noticed() -> None:
    replayer = _replayer(PlantedWorkflow)

    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(_history(next(path for path in SAVED if path.stem == "filed")))


def test_every_procedure_and_edition_has_histories_open_and_closed_and_of_a_second_run() -> None:
    kept = {path.parent.name for path in SAVED}

    assert kept == {f"{row.prefix}-{edition.since}" for row in PROCEDURES.values() for edition in row.editions}
    for folder in kept:
        ends = {_history(path).events[-1].WhichOneof("attributes") for path in SAVED if path.parent.name == folder}
        assert "workflow_execution_completed_event_attributes" in ends
        assert "workflow_execution_continued_as_new_event_attributes" in ends
        assert len(ends) > 2, "no open one"


def _replayer(*workflows: type) -> Replayer:
    return Replayer(
        workflows=workflows, workflow_runner=UnsandboxedWorkflowRunner(), data_converter=data_converter(ring())
    )


def _history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())
