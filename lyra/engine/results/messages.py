"""Messages of a run in LEAN's order: what `debug`, `error` and `log` say waits in three queues, which are emptied one after the other.

So within one emptying debug messages come first, then errors, then logs. Messages of the engine itself go straight to the log.
A message equal to the previous one of its kind is dropped for debug and error, never for log; empty texts write nothing.
"""

from __future__ import annotations

from lyra.engine.times import to_datetime


def stamp(local: int, message: str) -> str:
    """The message with the algorithm's time (wall-clock us) in front."""
    return f"{to_datetime(local):%Y-%m-%d %H:%M:%S} {message}"


class Messages:
    """The queues and the log. `lines` is the log file's content, `console` the lines of `log.txt` (level, text)."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.console: list[tuple[str, str]] = []
        self.count = 0
        self._debug: list[str] = []
        self._error: list[str] = []
        self._log: list[str] = []
        self._last_debug: str | None = None
        self._last_error: str | None = None
        self._last_engine_error: str | None = None

    # from the algorithm -----------------------------------------------------------------------
    def debug(self, local: int, message: str) -> None:
        """`self.debug`."""
        if message and message != self._last_debug:
            self._debug.append(stamp(local, message))
            self._last_debug = message

    def error(self, local: int, message: str) -> None:
        """`self.error`, also the engine's order errors and warnings."""
        if message and message != self._last_error:
            self._error.append(stamp(local, message))
            self._last_error = message

    def log(self, local: int, message: str) -> None:
        """`self.log`."""
        if message:
            self._log.append(stamp(local, message))

    @property
    def waiting(self) -> bool:
        """Whether `process` has anything to do."""
        return bool(self._debug or self._error or self._log)

    def pending_errors(self) -> list[str]:
        """Errors not yet written, which LEAN puts into the text of a failed initialisation."""
        return list(self._error)

    def discard(self) -> None:
        """Drop what waits, as LEAN does when a reader of custom data fails."""
        for queue in (self._debug, self._error, self._log):
            self.count += len(queue)
            queue.clear()

    def process(self) -> None:
        """Empty the queues into the log."""
        for queue, level, prefix in ((self._debug, "TRACE", "Debug: "), (self._error, "ERROR", ""), (self._log, "TRACE", "Log: ")):
            for message in queue:
                self._write(message)
                self.console.append((level, prefix + message))
            queue.clear()

    # from the engine --------------------------------------------------------------------------
    def engine_debug(self, local: int, message: str) -> None:
        """A message of the engine, at once."""
        self._write(stamp(local, message))
        self.console.append(("TRACE", "Debug: " + stamp(local, message)))

    def before_start(self, message: str) -> None:
        """A message of the engine while the algorithm initialises, which bears no time."""
        self._write(message)
        self.console.append(("TRACE", "Debug: " + message))

    def engine_log(self, local: int, message: str) -> None:
        """A log line of the engine, at once."""
        self._write(stamp(local, message))
        self.console.append(("TRACE", "Log: " + stamp(local, message)))

    def engine_error(self, local: int, message: str) -> None:
        """An error of the engine: on the console only; the same one twice in a row once."""
        if message != self._last_engine_error:
            self._last_engine_error = message
            self.console.append(("ERROR", stamp(local, message)))

    def _write(self, line: str) -> None:
        self.lines.append(line)
        self.count += 1
