"""What the figures come to, in a few sentences that follow them whichever way they fall."""

from collections.abc import Sequence
from statistics import geometric_mean

from elman.comparison.capabilities import YES, Finding
from elman.comparison.learning import Learning
from elman.comparison.memory import Memory
from elman.comparison.parity import ALLOWED_FLOAT32, ALLOWED_FLOAT64, Distance, summarise
from elman.comparison.results import Results
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed


def verdict(results: Results) -> dict[str, str]:
    """The sentences, by what they are about."""
    return {
        "Parity": parity_verdict(results.distances),
        "Training speed": speed_verdict("A training step", results.speed, "train"),
        "Inference speed": speed_verdict("Inference", results.speed, "inference"),
        "Memory": memory_verdict(results.memory),
        "Learning": learning_verdict(results.learning),
        "Capabilities": capabilities_verdict(results.capabilities),
    }


def parity_verdict(distances: Sequence[Distance]) -> str:
    """Whether ours is as close to the truth as it must be."""
    failed = [f"{s.tensor} in {s.dtype}" for s in summarise(distances) if not s.holds]
    if failed:
        worst = max(distances, key=lambda distance: distance.ulp[0])
        return (
            f"Fails for {', '.join(failed)}. The furthest from the truth is {worst.tensor} in "
            f"{worst.dtype} at {worst.case}: ours by {worst.ulp[0]:.3g} ulp, torch's by "
            f"{worst.ulp[1]:.3g}."
        )
    ours, theirs = (
        max(distance.ulp[which] for distance in distances if distance.dtype == "float32")
        for which in (0, 1)
    )
    ours_64 = max(distance.ours for distance in distances if distance.dtype == "float64")
    closer = sum(distance.ours <= distance.theirs for distance in distances)
    return (
        f"Holds in all {len(distances):,} tensors. In float32 the furthest of ours is {ours:.1f} "
        f"ulp from the truth, of torch's {theirs:.1f}; {ALLOWED_FLOAT32:g} times torch's is "
        f"allowed. In float64 ours are within {ours_64:.0e} of it; {ALLOWED_FLOAT64:.0e} is "
        f"allowed. Ours is as close as torch's or closer in {closer / len(distances):.0%} of them."
    )


def speed_verdict(what: str, speeds: Sequence[Speed], kind: str) -> str:
    """Which is faster, by how much, and where it is worst."""
    ratios = {speed.sizes: getattr(speed, kind).ratio for speed in speeds}
    return f"{what} {_times(ratios, 'takes', 'as long', 'slower')}"


def memory_verdict(memory: Sequence[Memory]) -> str:
    """Which takes less, by how much, and where it is worst."""
    ratios = {peak.sizes: peak.ratio for peak in memory}
    return f"A training step {_times(ratios, 'needs', 'as much memory', 'larger')}"


def learning_verdict(learning: Learning) -> str:
    """The final figures, and how far the curves part."""
    ours, theirs = learning.ours, learning.theirs
    steps = len(ours.bpc)
    return (
        f"After {steps:,} steps from the same weights on the same batches elman.RNN needs "
        f"{ours.validation_bpc:.4f} bits per character of unseen text, torch.nn.RNN "
        f"{theirs.validation_bpc:.4f}. The two curves differ by {max(learning.differences):.2g} "
        f"at most, by {learning.differences[0]:.2g} at the first step. The steps took "
        f"{ours.seconds:.1f} s with elman.RNN, {theirs.seconds:.1f} s with torch.nn.RNN."
    )


def capabilities_verdict(findings: Sequence[Finding]) -> str:
    """How many features only one of them has."""
    only_ours = sum(finding.only_ours for finding in findings)
    only_theirs = [f.feature for f in findings if f.theirs == YES and f.ours != YES]
    named = f" ({', '.join(only_theirs)})" if only_theirs else ""
    return (
        f"Of {len(findings)} features tried elman.RNN alone has {only_ours}, torch.nn.RNN alone "
        f"{len(only_theirs)}{named}."
    )


def _times(ratios: dict[Sizes, float], takes: str, as_long: str, slower: str) -> str:
    """The sentence about ratios of torch's figure to ours, at each of the sizes."""
    mean = geometric_mean(ratios.values())
    if mean >= 1:
        subject, than, factor = "with torch.nn.RNN", "with elman.RNN", mean
    else:
        subject, than, factor = "with elman.RNN", "with torch.nn.RNN", 1 / mean
    worst, best = min(ratios, key=ratios.__getitem__), max(ratios, key=ratios.__getitem__)
    lost = sum(ratio < 1 for ratio in ratios.values())
    return (
        f"{subject} {takes} {factor:.2f} times {as_long} as {than} (geometric mean of "
        f"{len(ratios)} sizes; torch's figure is {ratios[worst]:.2f} times ours at {worst} "
        f"and {ratios[best]:.2f} times at {best}). elman.RNN is the {slower} in "
        f"{'none' if lost == 0 else lost} of them."
    )
