"""Checks of the arguments: one sentence says what is wrong and what would be right."""

from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.nonlinearities import canonical


def check_nonlinearity(f: Nonlinearity) -> Nonlinearity:
    """`torch.tanh`, `torch.relu` or `torch.sigmoid`, also for their synonyms.

    Raises:
        ValueError: f is another function, so that f′ is not known.
    """
    known = canonical(f)
    if not has_derivative(known):
        raise ValueError(
            "f must be torch.tanh, torch.relu or torch.sigmoid, whose derivatives are known, "
            f"got {f!r}"
        )
    return known


def check_weights(h_0: Tensor, U: Tensor, V: Tensor, b: Tensor) -> None:
    """Checks the initial state and the weights.

    Args:
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.

    Raises:
        TypeError: one of them is not a tensor of real floating-point numbers.
        ValueError: the shapes do not match, or a dtype or device differs from that of U.
    """
    if not isinstance(U, Tensor) or not U.is_floating_point():
        got = U.dtype if isinstance(U, Tensor) else type(U).__name__
        raise TypeError(f"U must be a tensor of real floating-point numbers, got {got}")
    check_tensor("U", U, "(I, H)", ("I", "H"), like=U)
    H = U.shape[1]
    check_tensor("V", V, "(H, H)", (H, H), like=U)
    check_tensor("b", b, "(H)", (H,), like=U)
    check_tensor("h_0", h_0, "(B, H)", ("B", H), like=U)


def check_tensor(
    argument: str, x: Tensor, symbols: str, shape: tuple[int | str, ...], like: Tensor
) -> None:
    """Checks the shape, dtype and device of a tensor.

    Args:
        argument: the argument's name.
        x: the argument.
        symbols: the shape in symbols, for the message.
        shape: the shape; a size that is a string may have any value.
        like: the tensor U, which has the right dtype and device.

    Raises:
        TypeError: x is not a tensor.
        ValueError: the shape, dtype or device is wrong.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"{argument} must be a tensor, got {type(x).__name__}")
    matches = len(shape) == x.dim() and all(
        isinstance(size, str) or size == actual for size, actual in zip(shape, x.shape, strict=True)
    )
    if not matches:
        sizes = ", ".join(map(str, shape))
        meaning = "" if f"({sizes})" == symbols else f" = ({sizes})"
        raise ValueError(f"{argument} must have shape {symbols}{meaning}, got {tuple(x.shape)}")
    if x.dtype != like.dtype:
        raise ValueError(f"{argument} must have the dtype of U, {like.dtype}, got {x.dtype}")
    if x.device != like.device:
        raise ValueError(f"{argument} must be on the device of U, {like.device}, got {x.device}")
