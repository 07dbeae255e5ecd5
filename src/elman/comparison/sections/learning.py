"""The report's section on learning."""

from elman.comparison.learning import Learning
from elman.comparison.plots import plot_differences, plot_learning
from elman.comparison.report import Picture, Section, Table


def learning_section(learning: Learning, machine: str) -> Section:
    """The two training runs."""
    ours, theirs = learning.ours, learning.theirs
    return Section(
        "Learning",
        [
            f"One network was trained on {learning.source} with either layer. The initial weights, "
            "batches, optimizer, schedule and gradient clipping are the same. torch.nn.RNN adds "
            "two biases, and each gets the gradient of b, so b would move twice as far per step. "
            "Here its bias_hh stays zero, so that both networks learn one b. Only rounding errors "
            "remain, and they accumulate from step to step.",
        ],
        [
            Table(
                f"After {len(ours.bpc):,} steps; times measured on {machine}",
                ["", "elman.RNN", "torch.nn.RNN", "difference"],
                [
                    [
                        "bits per character, validation text",
                        f"{ours.validation_bpc:.4f}",
                        f"{theirs.validation_bpc:.4f}",
                        f"{abs(ours.validation_bpc - theirs.validation_bpc):.2g}",
                    ],
                    [
                        "bits per character, last batch",
                        f"{ours.bpc[-1]:.4f}",
                        f"{theirs.bpc[-1]:.4f}",
                        f"{learning.differences[-1]:.2g}",
                    ],
                    ["largest difference", "", "", f"{max(learning.differences):.2g}"],
                    ["seconds of training", f"{ours.seconds:.1f}", f"{theirs.seconds:.1f}", ""],
                ],
            )
        ],
        [
            Picture(
                "Bits per character of each batch, before the update",
                "The training curves of both layers, one above the other",
                plot_learning(learning),
            ),
            Picture(
                "Absolute difference of the two curves",
                "The absolute difference of the two training curves at each step, on a logarithmic "
                "axis",
                plot_differences(learning),
            ),
        ],
    )
