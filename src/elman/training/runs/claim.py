"""The right of one process to write into the folder of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from lightning.pytorch.utilities import rank_zero_only

from elman.training.processes.rank import rank_given
from elman.training.runs.folder import CHECKPOINTS, LOCK


@contextmanager
def claimed(run: Path, resume: str | None) -> Iterator[None]:
    """Keeps the folder of a run for this process, until the block ends or the process dies.

    Args:
        run: its folder, made if missing.
        resume: the run or the checkpoint that the training continues; None: it is a new one.

    Raises:
        OSError: another process is training there, or a new training would overwrite a run.
    """
    # A process that another one of the same training has started writes into its folder.
    lock = _claim(run, resume) if rank_given() is None else None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


@rank_zero_only
def _claim(run: Path, resume: str | None) -> FileLock:
    run.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise BlockingIOError(
            f"output_dir: another process is training in {run}; wait until it ends, or give "
            "another folder with hydra.run.dir=FOLDER"
        ) from error
    continues = resume is not None and Path(resume).resolve().is_relative_to(run.resolve())
    if not continues and any((run / CHECKPOINTS).glob("*.ckpt")):
        lock.release()
        raise FileExistsError(
            f"output_dir: {run} already holds a run; continue it with resume={run}, or give "
            "another folder with hydra.run.dir=FOLDER"
        )
    return lock
