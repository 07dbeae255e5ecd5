"""Matrix products of any size, for numba, out of the tiles that the processor's registers hold."""

from typing import Any, NamedTuple

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils

from elman.recurrence.kernels.tiles import ROWS, VECTORS, add_tile, after, intrinsic, lanes

DEPTH = (
    128  # rows of B that stay in the nearest cache while they are used: 32 KiB of a tile's width
)

# "contract": a product and a sum in one instruction, rounded once.
CONTRACT = {"contract"}
compiled = njit(error_model="numpy", fastmath=CONTRACT)


class Matrix(NamedTuple):
    """Numbers in memory.

    Attributes:
        numbers: the first of them.
        rows: how many rows there are.
        columns: how many columns.
        row: how many numbers further the next row begins.
        column: how many numbers further the next column begins.
    """

    numbers: Any
    rows: int
    columns: int
    row: int
    column: int


@compiled
def matrix(numbers: Any, rows: int, columns: int) -> Matrix:
    """A matrix whose rows follow each other in memory."""
    return Matrix(numbers, rows, columns, columns, 1)


@compiled
def rows_of(A: Matrix, first: int, rows: int) -> Matrix:
    """The rows of A from `first` on."""
    return Matrix(after(A.numbers, first * A.row), rows, A.columns, A.row, A.column)


@compiled
def columns_of(A: Matrix, first: int, columns: int) -> Matrix:
    """The columns of A from `first` on."""
    return Matrix(after(A.numbers, first * A.column), A.rows, columns, A.row, A.column)


@compiled
def transpose(A: Matrix) -> Matrix:
    """Aᵀ, in the memory of A."""
    return Matrix(A.numbers, A.columns, A.rows, A.column, A.row)


@compiled
def add_product(C: Matrix, A: Matrix, B: Matrix, first: int, last: int) -> None:
    """`C += A B` for the rows of C and A from `first` to before `last`.

    The rows of B and C must be whole. Whatever the rows, each number of C is summed in the same
    order.
    """
    call_product(
        C.numbers,
        C.row,
        A.numbers,
        A.row,
        A.column,
        B.numbers,
        B.row,
        B.rows,
        B.columns,
        first,
        last,
    )


@intrinsic
def call_product(
    _: Any,
    C: Any,
    C_row: Any,
    A: Any,
    A_row: Any,
    A_column: Any,
    B: Any,
    B_row: Any,
    B_rows: Any,
    B_columns: Any,
    first: Any,
    last: Any,
) -> Any:
    """Calls `product`, which is compiled once for all that call it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        name = product_name(C.dtype)
        function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, kind, name
        )
        builder.call(function, arguments)
        return context.get_dummy_value()

    n = types.intp
    return types.void(C, n, A, n, n, B, n, n, n, n, n), generate


def product_name(dtype: Any) -> str:
    """The name of `product` for a dtype of numba's."""
    return f"elman_product_{dtype}"


def product(
    C: Any,
    C_row: int,
    A: Any,
    A_row: int,
    A_column: int,
    B: Any,
    B_row: int,
    B_rows: int,
    B_columns: int,
    first: int,
    last: int,
) -> None:
    """`add_product`, as a function of C."""
    width = VECTORS * lanes(C)
    blocks = -(-(last - first) // ROWS)  # of rows, about equally high
    for k in range(0, B_rows, DEPTH):
        depth = min(DEPTH, B_rows - k)
        for j in range(0, B_columns, width):
            columns = min(width, B_columns - j)
            for n in range(blocks):
                i = first + (last - first) * n // blocks
                rows = first + (last - first) * (n + 1) // blocks - i
                C_tile, A_tile = after(C, i * C_row + j), after(A, i * A_row + k * A_column)
                B_tile = after(B, k * B_row + j)
                add_tile(
                    C_tile, C_row, A_tile, A_row, A_column, B_tile, B_row, depth, rows, columns
                )
