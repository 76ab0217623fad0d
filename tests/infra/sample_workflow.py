"""A case small enough to see what the codec does to it."""

from dataclasses import dataclass

from temporalio import workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str = ""


@workflow.defn(name="样例")
class Sample:
    @workflow.init
    def __init__(self, first: Word) -> None:
        self._words = [first.text]
        self._over = False

    @workflow.run
    async def run(self, first: Word) -> list[str]:  # noqa: ARG002 - init has read it
        workflow.set_current_details("等待：工程部")
        await workflow.wait_condition(lambda: self._over)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._words

    @workflow.update(name="备注")
    async def remark(self, word: Word) -> int:
        self._words.append(word.text)
        return len(self._words)

    @workflow.update(name="结束")
    async def finish(self, word: Word) -> int:  # noqa: ARG002 - one argument, as every update
        self._over = True
        return len(self._words)
