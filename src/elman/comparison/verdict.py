"""Summarises the results in a few sentences."""

from collections.abc import Sequence

from elman.comparison.capabilities import YES, FeatureResult
from elman.comparison.learning import Learning
from elman.comparison.memory import memory_summary
from elman.comparison.parity import ALLOWED_FLOAT32, ALLOWED_FLOAT64, Distance, summarise
from elman.comparison.results import Results
from elman.comparison.speed import speed_summary


def verdict(results: Results) -> dict[str, str]:
    """The sentences by topic."""
    machine = results.environment["machine"]
    return {
        "Parity": parity_verdict(results.distances),
        "Training speed": f"{speed_summary(results.speed, 'train')} Measured on {machine}.",
        "Inference speed": f"{speed_summary(results.speed, 'inference')} Measured on {machine}.",
        "Memory": memory_summary(results.memory),
        "Learning": f"{learning_verdict(results.learning)} Measured on {machine}.",
        "Capabilities": capabilities_verdict(results.capabilities),
    }


def parity_verdict(distances: Sequence[Distance]) -> str:
    """Whether elman.RNN is within the tolerance."""
    failed = [f"{s.tensor} in {s.dtype}" for s in summarise(distances) if not s.holds]
    if failed:
        worst = max(distances, key=lambda distance: distance.ulp[0])
        return (
            f"Fails for {', '.join(failed)}. The largest distance from the reference is that of "
            f"{worst.tensor} in {worst.dtype} at {worst.case}: {worst.ulp[0]:.3g} ulp with "
            f"elman.RNN, {worst.ulp[1]:.3g} with torch.nn.RNN."
        )
    ours, theirs = (
        max(distance.ulp[layer] for distance in distances if distance.dtype == "float32")
        for layer in (0, 1)
    )
    ours_float64 = max(distance.ours for distance in distances if distance.dtype == "float64")
    closer = sum(distance.ours <= distance.theirs for distance in distances)
    return (
        f"Holds in all {len(distances):,} tensors. In float32 the largest distance from the "
        f"reference is {ours:.1f} ulp with elman.RNN and {theirs:.1f} ulp with torch.nn.RNN; the "
        f"limit is {ALLOWED_FLOAT32:g} times that of torch.nn.RNN. In float64 it is "
        f"{ours_float64:.0e} with elman.RNN; the limit is {ALLOWED_FLOAT64:.0e}. elman.RNN is at "
        f"least as close as torch.nn.RNN in {closer / len(distances):.0%} of the tensors."
    )


def learning_verdict(learning: Learning) -> str:
    """The final costs and the difference of the curves."""
    ours, theirs = learning.ours, learning.theirs
    steps = len(ours.bpc)
    return (
        f"After {steps:,} steps from the same weights on the same batches, elman.RNN reaches "
        f"{ours.validation_bpc:.4f} bits per character on the validation text and torch.nn.RNN "
        f"{theirs.validation_bpc:.4f}. The training curves differ by at most "
        f"{max(learning.differences):.2g}, and by {learning.differences[0]:.2g} at the first step. "
        f"The steps took {ours.seconds:.1f} s with elman.RNN and {theirs.seconds:.1f} s with "
        "torch.nn.RNN."
    )


def capabilities_verdict(results: Sequence[FeatureResult]) -> str:
    """The number of features that only one layer supports."""
    only_ours = sum(result.only_ours for result in results)
    only_theirs = [result.feature for result in results if _only_theirs(result)]
    names = f" ({', '.join(only_theirs)})" if only_theirs else ""
    return (
        f"Of {len(results)} features, {only_ours} work with elman.RNN only and "
        f"{len(only_theirs)} with torch.nn.RNN only{names}."
    )


def _only_theirs(result: FeatureResult) -> bool:
    return result.theirs == YES and result.ours != YES
