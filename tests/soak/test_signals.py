"""Signals at random moments: no work is lost, and the resumed training ends with the same bits."""

import os
import random
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from elman.training.processes.signals import SIGNALS
from elman.training.runs.folder import LAST, LOG, METRICS

pytestmark = pytest.mark.soak

COMMON = [
    "trainer.enable_progress_bar=false",
    "trainer.log_every_n_steps=1",
    "logger=csv",
    "callbacks.samples.length=10",
]
TRAININGS = {
    "text": [
        "rnn.dropout=0.2",
        "data.batch_size=4",
        "data.chunk_length=18",
        "trainer.max_epochs=2",
    ],
    "digits": [
        "experiment=digits_feedforward",
        "data.batch_size=8",
        "trainer.max_epochs=9",
        "data.validation=20",
        "data.test=20",
    ],
    "names": [
        "experiment=names",
        "network.hidden_size=16",
        "data.batch_size=8",
        "trainer.max_epochs=2",
    ],
    "two processes": [
        *("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2"),
        *("data.batch_size=4", "data.chunk_length=18", "trainer.max_epochs=3"),
    ],
}
TIMES = {"text": 3, "digits": 2, "names": 2, "two processes": 4}
RECEIVERS = ("itself", "group", "one")
END = r"(?:, nothing to save\.|\. To continue: python scripts/train.py resume=\S+)"
STOPPED = re.compile(rf"Stopped by (\w+) (.*{END})")


def arguments(kind: str, data: Path, run: Path) -> list[str]:
    options = [*TRAININGS[kind], *COMMON, f"data.path={data}", f"hydra.run.dir={run}"]
    if "experiment" in "".join(TRAININGS[kind]):
        options.remove("callbacks.samples.length=10")
    return options


@pytest.fixture
def data(book: Path, pictures: Path, tmp_path: Path) -> dict[str, Path]:
    book.write_text(book.read_text() * 3)
    draw = random.Random(0)  # noqa: S311
    names = tmp_path / "names.tsv"
    lines = (
        f"{''.join(draw.choices(letters, k=draw.randint(3, 9)))}\t{language}"
        for _ in range(150)
        for language, letters in (("a", "abcde"), ("b", "defgh"))
    )
    names.write_text("\n".join(dict.fromkeys(lines)))
    return {"text": book, "digits": pictures, "names": names, "two processes": book}


def final(run: Path) -> dict[str, Any]:
    return torch.load(run / LAST, weights_only=True)


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return list(map(int, found))


def command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text()


def signalled_at(run: Path, moment: float, number: int, receiver: str) -> threading.Thread:
    """Sends a signal so many seconds after the training began: to it, its group, or one process."""

    def wait() -> None:
        end = time.monotonic() + 60
        while not (run / LOG).exists() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(moment)
        for training in children(os.getpid()):
            if receiver == "group":
                os.killpg(training, number)
            else:
                train = [each for each in children(training) if "spawn_main" in command(each)]
                os.kill(train[-1] if train and receiver == "one" else training, number)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", TRAININGS)
def test_a_signal_loses_nothing(
    run_script: Callable[..., Any],
    tmp_path: Path,
    data: dict[str, Path],
    record_property: Callable[[str, object], None],
    kind: str,
) -> None:
    whole = tmp_path / "whole"
    ended = run_script("train", *arguments(kind, data[kind], whole), seconds=120)
    assert ended.code == 0, ended.errors
    expected = final(whole)["state_dict"]
    # The log begins when the data are ready; the rest of the time is the training and the test.
    lasted = (whole / "result.json").stat().st_mtime - _begin(whole)
    draw, places = random.Random(0), []  # noqa: S311
    for n in range(TIMES[kind]):
        run = tmp_path / f"run{n}"
        number = draw.choice(SIGNALS)
        receiver = RECEIVERS[n % (3 if kind == "two processes" else 2)]
        sent = signalled_at(run, draw.uniform(0, lasted), number, receiver)
        ended = run_script("train", *arguments(kind, data[kind], run), seconds=120)
        sent.join()
        if ended.code == 0:  # it was done before the signal came
            places.append("at its end")
        else:
            assert ended.code == 128 + number, ended
            # Python only tells of an end within a destructor; the training ends after its step.
            errors = re.sub(r"Exception ignored in(.*\n)+?SystemExit: \d+\n", "", ended.errors)
            assert not {"Traceback", "warning"} & set(re.findall(r"\w+", errors))
            if (run / "result.json").exists():
                places.append("when it was done")
            else:
                [(name, place)] = STOPPED.findall(ended.output)
                assert name == number.name
                places.append(place.partition(". To")[0].partition(", nothing")[0])
            again = [f"resume={run}"] if (run / LAST).exists() else arguments(kind, data[kind], run)
            ended = run_script("train", *again, seconds=120)
            assert ended.code == 0, ended.errors
        weights = final(run)["state_dict"]
        assert all(torch.equal(weights[name], weight) for name, weight in expected.items())
        assert (run / METRICS).read_text() == (whole / METRICS).read_text()
    same = f"{len(places)} of {len(places)} resumed to the same bits"
    record_property("figure", f"signals, {kind}: {same}; stopped {', '.join(places)}")


def _begin(run: Path) -> float:
    return (run / "overrides.yaml").stat().st_mtime
