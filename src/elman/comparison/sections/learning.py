"""What the report says of learning."""

from elman.comparison.learning import Learning
from elman.comparison.plots import plot_differences, plot_learning
from elman.comparison.report import Picture, Section, Table


def learning_section(learning: Learning) -> Section:
    """The two courses of one training."""
    ours, theirs = learning.ours, learning.theirs
    return Section(
        "Learning",
        [
            f"One network, trained on {learning.source} with either layer: the same first weights, "
            "the same batches, the same optimizer, schedule and clipping. torch.nn.RNN adds two "
            "biases and each gets the gradient of b, so that b would move twice as far a step; "
            "here its bias_hh stays at zero, and both learn one b.",
            "What is left is rounding, which each step hands on to the next.",
        ],
        [
            Table(
                f"After {len(ours.bpc):,} steps",
                ["", "ours", "torch", "difference"],
                [
                    [
                        "bits per character, unseen text",
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
                    [
                        "largest difference of the curves",
                        "",
                        "",
                        f"{max(learning.differences):.2g}",
                    ],
                    ["seconds of the steps", f"{ours.seconds:.1f}", f"{theirs.seconds:.1f}", ""],
                ],
            )
        ],
        [
            Picture(
                "Bits per character of each batch, before it is learned from",
                "The curves of the two trainings, torch's drawn thin over ours",
                plot_learning(learning),
            ),
            Picture(
                "How far the two curves are apart",
                "The difference of the two curves at each step, on a logarithmic axis",
                plot_differences(learning),
            ),
        ],
    )
