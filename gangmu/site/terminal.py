"""How commands speak: results to standard output, everything else to standard error."""

import json
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gangmu.core.definition import Fault


class CommandFailure(Exception):
    """A command that stops: what is wrong, what to do about it, and the exit code."""

    def __init__(self, message: str, *, exit_code: int = 1, faults: "Sequence[Fault]" = ()) -> None:
        self.message, self.exit_code, self.faults = message, exit_code, tuple(faults)
        super().__init__(message)


def write(text: str) -> None:
    """Write one line of result."""
    sys.stdout.write(text + "\n")


def write_json(value: Any) -> None:
    """Write a result for machines."""
    write(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def warn(text: str) -> None:
    """Write one line that is no result."""
    sys.stderr.write(text + "\n")


def fault_as_json(fault: "Fault") -> dict[str, Any]:
    """Return a fault for machines."""
    shown: dict[str, Any] = {
        "file": fault.file,
        "line": fault.line,
        "code": fault.code,
        "message": fault.message,
    }
    if fault.document:
        shown |= {"document": fault.document, "article": fault.article}
    if fault.warning:
        shown["warning"] = True
    return shown


def report_failure(failure: CommandFailure, *, as_json: bool) -> None:
    """Say on standard error what went wrong."""
    if as_json:
        faults = [fault_as_json(fault) for fault in failure.faults]
        warn(json.dumps({"error": failure.message, "faults": faults}, ensure_ascii=False))
        return
    for fault in failure.faults:
        warn(str(fault))
    if failure.message:
        warn(f"gangmu: {failure.message}")


class Progress:
    """Shows steps on a terminal, and is silent in a pipe."""

    def __init__(self, *, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self._began = time.monotonic()

    def __call__(self, step: str) -> None:
        """Show what is being done now."""
        if self.shown:
            warn(f"{time.monotonic() - self._began:7.1f} s  {step}")
