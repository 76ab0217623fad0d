"""Both loggers speak through one formatter."""

import json

from tests.infra.programs import ended, start

SPEAKS = """
import logging, structlog
from infra.logging import configure
configure(level="INFO", form="{}", process="relay")
structlog.contextvars.bind_contextvars(case="REP-20261122-00001")
structlog.stdlib.get_logger("ours").info("command.applied", attempts=2)
logging.getLogger("theirs").warning("text %s", "到场")
logging.getLogger("theirs").debug("not wanted")
try:
    phone = "13800138000"; raise ValueError(phone)
except ValueError:
    structlog.stdlib.get_logger("ours").exception("went.wrong")
"""


async def test_each_line_is_one_json_object_with_its_context() -> None:
    left, out, err = await ended(start(SPEAKS.format("json")))

    ours, theirs, wrong = (json.loads(line) for line in err.splitlines())
    assert (left, out) == (0, "")
    assert (ours["event"], ours["attempts"], ours["level"], ours["logger"]) == ("command.applied", 2, "info", "ours")
    assert (theirs["event"], theirs["level"]) == ("text 到场", "warning")
    assert {line["case"] for line in (ours, theirs, wrong)} == {"REP-20261122-00001"}
    assert {line["process"] for line in (ours, theirs, wrong)} == {"relay"}
    assert wrong["exception"].endswith("ValueError")
    assert "13800138000" not in err
    assert ours["timestamp"].endswith("Z")


async def test_for_people_the_lines_are_plain() -> None:
    _, _, err = await ended(start(SPEAKS.format("console")))

    assert "command.applied" in err
    assert "text 到场" in err
    assert "\x1b[" not in err
    assert "13800138000" not in err
