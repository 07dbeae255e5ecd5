"""What the report says after the verdict, section by section."""

from collections.abc import Mapping, Sequence

from elman.comparison.capabilities import Finding
from elman.comparison.report import Section, Table
from elman.comparison.results import Results
from elman.comparison.sections.learning import learning_section
from elman.comparison.sections.parity import parity_section
from elman.comparison.sections.resources import memory_section, scaling_section, speed_section


def sections(results: Results) -> list[Section]:
    """All sections of the report."""
    return [
        parity_section(results.distances),
        speed_section(results.speed),
        scaling_section(results.scaling),
        memory_section(results.memory),
        learning_section(results.learning),
        _capabilities(results.capabilities),
        _setting(results.setting),
    ]


def _capabilities(findings: Sequence[Finding]) -> Section:
    return Section(
        "Capabilities",
        ["Each was tried with either layer just now; an error is shown by its first sentence."],
        [
            Table(
                "What either layer can do",
                ["feature", "elman.RNN", "torch.nn.RNN", "only ours"],
                [
                    [finding.feature, finding.ours, finding.theirs, "✓" * finding.only_ours]
                    for finding in findings
                ],
                numeric=False,
            )
        ],
    )


def _setting(setting: Mapping[str, str]) -> Section:
    return Section(
        "Setting",
        ["Where and with what all this was found."],
        [Table("This run", ["", ""], [*map(list, setting.items())], numeric=False)],
    )
