"""The sections of the report after the verdict."""

from collections.abc import Mapping, Sequence

from elman.comparison.capabilities import FeatureResult
from elman.comparison.report import Section, Table
from elman.comparison.results import Results
from elman.comparison.sections.learning import learning_section
from elman.comparison.sections.parity import parity_section
from elman.comparison.sections.resources import memory_section, scaling_section, speed_section


def sections(results: Results) -> list[Section]:
    """All sections of the report."""
    machine = results.environment["machine"]
    return [
        parity_section(results.distances),
        speed_section(results.speed, machine),
        scaling_section(results.scaling, machine),
        memory_section(results.memory),
        learning_section(results.learning, machine),
        _capabilities(results.capabilities),
        _environment(results.environment),
    ]


def _capabilities(results: Sequence[FeatureResult]) -> Section:
    return Section(
        "Capabilities",
        [
            "This run tried every feature with either layer. An error is quoted up to its first "
            "full stop."
        ],
        [
            Table(
                "Supported features",
                ["feature", "elman.RNN", "torch.nn.RNN"],
                [[result.feature, result.ours, result.theirs] for result in results],
                numeric=False,
            )
        ],
    )


def _environment(environment: Mapping[str, str]) -> Section:
    return Section(
        "Environment",
        [],
        [Table("This run", ["", "value"], [*map(list, environment.items())], numeric=False)],
    )
