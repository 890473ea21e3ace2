"""From organizations and facts to indicators, lines and scores: one assessment, start to end."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from gangmu.results.assessment.engine import Job, Made, WrongDefinitions
from gangmu.results.assessment.pack import Pack, read_pack
from gangmu.results.indicators.inputs import find_inputs
from gangmu.results.indicators.outcome import Limits, WrongInput

Progress = Callable[[str], None]


def _silent(step: str) -> None:
    del step


def usable_pack(folder: Path) -> Pack:
    """Return a pack, or refuse with everything that is wrong in it."""
    if not folder.is_dir():
        raise WrongInput(f"{folder}: there is no such folder")
    pack, faults = read_pack(folder)
    if faults:
        raise WrongDefinitions(faults)
    return pack


def assess(job: Job, progress: Progress = _silent) -> dict[str, Any]:
    """Write the results of a job, whole or not at all, and return its manifest."""
    pack = usable_pack(job.pack)
    _refuse_out(job)
    inputs = find_inputs(job.data)
    with _draft(job) as (folder, spill):
        job = _spilling(job, spill)
        if job.engine == "spark":
            from gangmu.results.assessment.spark import results  # needs the extra, and a Java
        else:
            from gangmu.results.assessment.duck import results
        # hashing runs beside: much of the work leaves one processor free
        with ThreadPoolExecutor(max_workers=1) as beside:
            digests = beside.submit(inputs.digests)
            made = results(job, pack, inputs, folder, progress)
            progress("hashing what was read")
            manifest = _manifest(job, pack, digests.result(), made)
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        _put_in_place(folder, job)
    return manifest


def _spilling(job: Job, spill: Path) -> Job:
    limits = Limits(job.limits.memory, job.limits.threads, spill)
    return Job(**{**job.__dict__, "limits": limits})


def _refuse_out(job: Job) -> None:
    out = job.out
    if out.exists() and not out.is_dir():
        raise WrongInput(f"{out}: this is a file, and a folder is expected")
    if not out.absolute().parent.is_dir():
        raise WrongInput(f"{out.absolute().parent}: there is no such folder")
    if out.is_dir() and any(out.iterdir()):
        if not job.replace:
            raise WrongInput(f"{out}: this folder is not empty; say --replace to put new results there")
        for kept in (job.pack.resolve(), job.data.resolve()):
            if out.resolve() == kept or out.resolve() in kept.parents:
                raise WrongInput(f"{out}: results would replace what they are made from")


@contextmanager
def _draft(job: Job) -> Iterator[tuple[Path, Path]]:
    """Give a folder beside OUT for results and one for spilling; neither outlives the work."""
    draft = job.draft or Path(mkdtemp(prefix=f".{job.out.name}-", dir=job.out.absolute().parent))
    spill = Path(mkdtemp(prefix="gangmu-spill-", dir=job.limits.spill or draft))
    folder = draft / "results"
    folder.mkdir()
    try:
        yield folder, spill
    finally:
        shutil.rmtree(spill, ignore_errors=True)
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(folder: Path, job: Job) -> None:
    out = job.out.absolute()
    if out.is_dir() and any(out.iterdir()):
        if not job.replace:
            raise WrongInput(f"{out}: this folder is not empty any more")
        out.rename(folder.parent / "replaced")
    folder.rename(out)


def _manifest(job: Job, pack: Pack, digests: dict[str, str], made: Made) -> dict[str, Any]:
    return {
        "period": str(job.period),
        "as_known_at": job.known_at_written,
        "pack": {"name": pack.name, "version": pack.version, "hash": pack.hash},
        "inputs": digests,
        "results": made.hashes,
        "strays": {"count": made.strays.count, "examples": made.strays.examples},
        "passed_over": {"count": sum(made.passed_over.values()), "codes": dict(made.passed_over)},
        "trusted": job.trust,
        "engine": made.engine | {"gangmu": _version("gangmu")},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError:
        return "unknown"
