"""Wrong values of every script, as its configuration and the dataclass of its values see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.comparison.benchmark import Benchmark
from elman.comparison.plan import Compare
from elman.comparison.reproduction.reproduce import Reproduce
from elman.comparison.training_step import BenchmarkTraining
from elman.inspection.descent_report import Descent
from elman.inspection.gradient_check.report import GradientCheck
from elman.inspection.neurons.page import Show
from elman.inspection.unfolded.page import Inspect
from elman.tasks.captioning.caption import Caption
from elman.tasks.classification.classify import Classify
from elman.tasks.forecasting.forecast import Forecast
from elman.tasks.language.generate import Generate
from elman.tasks.speech.transcribe import Transcribe
from elman.tasks.translation.translate import Translate
from elman.training.evaluate import Evaluate
from elman.training.runs.sweep import Report

ROOT = Path(__file__).parents[2]

SCRIPTS: dict[str, type] = {
    "benchmark": Benchmark,
    "benchmark_training": BenchmarkTraining,
    "caption": Caption,
    "classify": Classify,
    "compare": Compare,
    "descent": Descent,
    "evaluate": Evaluate,
    "forecast": Forecast,
    "generate": Generate,
    "gradient_check": GradientCheck,
    "inspect": Inspect,
    "report": Report,
    "reproduce": Reproduce,
    "show": Show,
    "transcribe": Transcribe,
    "translate": Translate,
}

# Values that a script needs, or that only a running script has.
NEEDED = {
    "benchmark": ["output_dir=out"],
    "benchmark_training": ["output_dir=out"],
    "compare": ["output_dir=out"],
    "gradient_check": [],
    "reproduce": [],
    "report": ["runs=RUN", "output_dir=out"],
    "caption": ["checkpoint=RUN", "image=a.png"],
    "transcribe": ["checkpoint=RUN", "audio=a.wav"],
    "forecast": ["checkpoint=RUN", "output_dir=out"],
}

WRONG = {
    "benchmark": {
        "rounds=0": "rounds must be from 2 to 10000, got 0",
        "matmul_precision=low": "matmul_precision must be one of highest, high, medium, got 'low'",
    },
    "benchmark_training": {
        "rounds=x": "rounds must be an int, got 'x'",
        "seed=1e30": "seed must be an int, got 1e+30",
        "trainer.accelerator=gpu": "trainer: this benchmark runs on the CPU only, trainer=cpu",
        "callbacks.checkpoint.monitor=x": "callbacks.checkpoint.monitor must be one of validation/",
        "optimizer.lr=x": "optimizer.lr must be a",
        "++data.nosuch=1": "data.nosuch: there is no such key; there are path, directory,",
    },
    "caption": {
        "beam_width=0": "beam_width must be from 1 to 10000, got 0",
        "beam_width=1e9": "beam_width must be an int or null, got 1000000000.0",
        "image=[a,b]": "image must be a text, got ['a', 'b']",
    },
    "classify": {
        "top=0": "top must be greater than zero, got 0",
        "on_bad=ignore": "on_bad must be error or skip, got 'ignore'",
        "text=[a]": "text must be a text or null, got ['a']",
    },
    "compare": {"learning.steps=0": "learning.steps must be from 1 to 1000000, got 0"},
    "descent": {
        "points=1": "points must be from 2 to 1000, got 1",
        "points=100000": "points must be from 2 to 1000, got 100000",
        "columns=1.5": "columns must be an int, got 1.5",
        "examples=0": "examples must be greater than zero, got 0",
        "seed=null": "seed must be an int, got None",
    },
    "evaluate": {
        "trainer.devices=x": "trainer.devices must be",
        "++trainer.nosuch=1": "trainer.nosuch: there is no such key",
        "pictures=README.md": "pictures must be writable, but README.md is not: Not a directory",
    },
    "forecast": {
        "test=maybe": "test must be true or false, got 'maybe'",
        "output_dir=README.md": "output_dir must be writable, but README.md is not: ",
    },
    "generate": {
        "length=-1": "length must be from 0 to 10000000, got -1",
        "temperature=1e30": "temperature must be at most 1000, got 1e+30",
        "temperature=inf": "temperature must be a finite number, got inf",
        "seed=-1": "seed must be from 0 to 4294967295, got -1",
        "prompt=''": "prompt must have at least one character",
        "+lenght=3": "lenght: there is no such key; did you mean length?",
    },
    "gradient_check": {
        "gradient_check.size=x": "gradient_check.size must be an int, got 'x'",
        "gradient_check.step=2": "gradient_check.step must be at most 1, got 2",
        "gradient_check.tolerance=1e12": "gradient_check.tolerance must be at most 1, got 1",
        "rnn.engine=x": "rnn.engine must be one of auto",
        "gradient_check.input=[2]": "gradient_check.input needs gradient_check.target=",
    },
    "inspect": {
        "steps=1": "steps must be from 2 to 200, got 1",
        "example=-1": "example must be at least 0, got -1",
        "output=docs": "output must be a file, but docs is a folder",
        "output=/proc/new/page.html": "output must be writable, but /proc/new/page.html is not: ",
    },
    "report": {
        "runs=[]": "runs must have at least one value, got []",
        "runs=[a,a]": "runs must be different values, got ['a', 'a']",
    },
    "reproduce": {
        "seeds=[0,0]": "seeds must be different values, got [0, 0]",
        "slow=maybe": "slow must be true or false, got 'maybe'",
    },
    "show": {
        "examples=[a]": "examples must be a list of ints, got ['a']",
        "output=docs": "output must be a file, but docs is a folder",
    },
    "transcribe": {"beam_width=-1": "beam_width must be from 1 to 10000, got -1"},
    "translate": {
        "beam_width=0": "beam_width must be from 1 to 10000, got 0",
        "maximum_length=0": "maximum_length must be greater than zero, got 0",
        "length_penalty=nan": "length_penalty must be a finite number or null, got nan",
        "attention=map.png": "attention: only one text can be drawn; give it with text=…",
        "attention=map.xyz text=a": "attention: the ending of the file must be one of .eps, ",
        "attention=docs text=a": "attention must be a file, but docs is a folder",
    },
}


@pytest.fixture
def read(
    composed: Callable[..., DictConfig], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """The values of a script, given its name and overrides."""
    monkeypatch.chdir(ROOT)

    def read_script(name: str, *overrides: str) -> Any:
        given = [*NEEDED.get(name, ["checkpoint=RUN"]), *overrides]
        return read_values(SCRIPTS[name], composed(name, *given))

    return read_script


def test_every_script_but_the_training_is_here() -> None:
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.py")} - {"train"}
    assert scripts == SCRIPTS.keys() == WRONG.keys()


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_values_in_the_configuration_are_right(read: Callable[..., Any], name: str) -> None:
    assert isinstance(read(name), SCRIPTS[name])


@pytest.mark.parametrize("name", sorted(SCRIPTS.keys() - NEEDED.keys()))
def test_a_missing_checkpoint_is_named(composed: Callable[..., DictConfig], name: str) -> None:
    with pytest.raises(ValueError, match=r"^checkpoint is missing; give checkpoint=…$"):
        read_values(SCRIPTS[name], composed(name))


@pytest.mark.parametrize(
    ("name", "override", "message"),
    [(name, *case) for name, cases in WRONG.items() for case in cases.items()],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    read: Callable[..., Any], name: str, override: str, message: str
) -> None:
    with pytest.raises((TypeError, ValueError, OSError)) as error:
        read(name, *override.split(" "))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_key_that_no_script_has_is_refused(read: Callable[..., Any], name: str) -> None:
    with pytest.raises(ValueError, match=r"^nosuch: there is no such key; "):
        read(name, "+nosuch=1")
