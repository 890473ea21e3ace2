"""An assessment in a process of its own, so that what it needs is bounded and given back."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from gangmu.core.periods import Period
from gangmu.results.assessment.engine import Job, WrongDefinitions
from gangmu.results.indicators.outcome import Limits, WrongInput

if TYPE_CHECKING:
    from gangmu.core.definition import Fault


class Failed(Exception):
    """An assessment that could not be finished, for want of memory, room or time."""


@dataclass(frozen=True)
class _Outcome:
    manifest: dict[str, Any] | None = None
    faults: "tuple[Fault, ...]" = ()
    reasons: tuple[str, ...] = ()
    failure: str = ""


def written_job(job: Job) -> str:
    """Return a job as one line of JSON."""
    known_at = job.known_at.isoformat() if job.known_at else None
    limits = job.limits
    spill = str(limits.spill) if limits.spill else None
    plain = {
        **job.__dict__,
        "pack": str(job.pack),
        "data": str(job.data),
        "out": str(job.out),
        "draft": str(job.draft) if job.draft else None,
        "period": str(job.period),
        "known_at": known_at,
        "limits": [limits.memory, limits.threads, spill],
    }
    return json.dumps(plain)


def _read(text: str) -> Job:
    plain = json.loads(text)
    memory, threads, spill = plain["limits"]
    return Job(
        **{
            **plain,
            "pack": Path(plain["pack"]),
            "data": Path(plain["data"]),
            "out": Path(plain["out"]),
            "draft": Path(plain["draft"]) if plain["draft"] else None,
            "period": Period.parse(plain["period"]),
            "known_at": datetime.fromisoformat(plain["known_at"]) if plain["known_at"] else None,
            "write": tuple(plain["write"]),
            "limits": Limits(memory, threads, Path(spill) if spill else None),
        }
    )


def assess_apart(job: Job, progress: Callable[[str], None]) -> dict[str, Any]:
    """Run a job in a child process and return its manifest.

    Whatever happens to the child, the folder it worked in is gone afterwards.
    """
    parent = job.out.absolute().parent
    if not parent.is_dir():
        raise WrongInput(f"{parent}: there is no such folder")
    draft = Path(mkdtemp(prefix=f".{job.out.name}-", dir=parent))
    try:
        outcome = _run(replace(job, draft=draft), progress)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if outcome.faults:
        raise WrongDefinitions(list(outcome.faults))
    if outcome.reasons:
        raise WrongInput(*outcome.reasons)
    if outcome.manifest is None:
        raise Failed(outcome.failure)
    return outcome.manifest


def _run(job: Job, progress: Callable[[str], None]) -> _Outcome:
    command = [sys.executable, "-m", "gangmu.results.assessment.apart"]
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        outcome = _Outcome(failure="the assessment ended before it was done")
        try:
            child.stdin.write(written_job(job) + "\n")
            child.stdin.flush()
            for line in child.stdout:
                if not line.startswith("{"):
                    continue  # an engine's own chatter
                said = json.loads(line)
                if "step" in said:
                    progress(said["step"])
                else:
                    outcome = _outcome(said)
        except BrokenPipeError:
            pass
        except BaseException:
            child.kill()
            raise
        child.wait()
        if child.returncode < 0:
            failure = f"the assessment was ended by signal {-child.returncode}, perhaps for want of memory"
            outcome = _Outcome(failure=failure)
        return outcome


def _outcome(said: dict[str, Any]) -> _Outcome:
    return _Outcome(
        manifest=said.get("manifest"),
        faults=_faults(said["faults"]) if said.get("faults") else (),
        reasons=tuple(said.get("reasons", ())),
        failure=said.get("failure", ""),
    )


def _faults(told: list[dict[str, Any]]) -> "tuple[Fault, ...]":
    from gangmu.core.definition import Fault  # heavy, and only what is wrong needs it

    return tuple(Fault(**fault) for fault in told)


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """End when the other end of standard input is gone, as it is when the parent dies."""
    sys.stdin.read()
    os._exit(1)


def main() -> int:
    """Read one job from standard input and do it; say steps and the outcome as JSON lines."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    job = _read(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        from gangmu.results.assessment.assess import assess  # heavy, and only the child needs it

        _say(manifest=assess(job, lambda step: _say(step=step)))
    except WrongDefinitions as wrong:
        _say(faults=[fault.__dict__ for fault in wrong.faults])
    except WrongInput as wrong:
        _say(reasons=wrong.reasons)
    except Exception as problem:  # noqa: BLE001 -- the parent tells it, and nothing has been written
        _say(failure=f"{type(problem).__name__}: {' '.join(str(problem).split())}")
    sys.stdout.flush()
    # the thread above still waits for the parent, and need not be waited for
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
