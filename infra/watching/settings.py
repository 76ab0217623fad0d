"""Settings of the watcher."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from infra.messaging.settings import MessagingSettings


class WatcherSettings(BaseModel):
    """Its channels are its own, so that a fault of the notifier's does not hide itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    every: timedelta = Field(default=timedelta(seconds=30), gt=timedelta(0))
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Port of the watcher's Prometheus metrics on 127.0.0.1; 0 is off."""
    channels: MessagingSettings = MessagingSettings()
    phone: str = ""
    """Of whoever is called out, for the webhook and to be named by the bots."""
    email: str = ""
    expected: tuple[str, ...] = ("worker", "relay", "notifier", "api")
    """Processes of which at least one must be alive, as they name themselves in ``heartbeats``."""
    silent_after: timedelta = timedelta(seconds=60)
    """Without a heartbeat for so long a process is silent; counted from the watcher's own start where that is later."""
    unapplied_after: timedelta = timedelta(seconds=60)
    """A command accepted but not settled for so long is stuck."""
    verdict_after: timedelta = timedelta(seconds=60)
    """A duty open so long past its due time has lost its clock."""
    undelivered_after: timedelta = timedelta(minutes=5)
    urgent_undelivered_after: timedelta = timedelta(seconds=60)
    unreconciled_after: timedelta = timedelta(seconds=60)
    """Case and workflow may disagree for so long while one is being started or closed."""
    roster_ahead: timedelta = timedelta(hours=24)
    """How far ahead a round-the-clock post without anybody on duty, stand-ins included, is looked for (STA-101)."""
    schedules: tuple[str, ...] = ()
    """Ids of Temporal schedules that must exist; every schedule there is is watched anyhow."""
    schedule_grace: timedelta = timedelta(seconds=60)
    repeat_after: timedelta = timedelta(minutes=1)
    """An alarm that no channel took is tried again after this."""
