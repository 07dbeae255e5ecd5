"""Matrix products of any size for numba, in tiles that fit into the processor's registers."""

from typing import Any, NamedTuple

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils

from elman.recurrence.kernels.tiles import ROWS, VECTORS, add_tile, intrinsic, lanes, offset

# Rows of B used at a time. With the width of a tile they take 32 KiB, and stay in the L1 cache.
DEPTH = 128

# "contract": fused multiply-add, rounded once.
CONTRACT = {"contract"}
compiled = njit(error_model="numpy", fastmath=CONTRACT)


class Matrix(NamedTuple):
    """A strided matrix in memory.

    Attributes:
        data: pointer to the first number.
        rows: number of rows.
        columns: number of columns.
        row_stride: distance from a row to the next, in numbers.
        column_stride: distance from a column to the next, in numbers.
    """

    data: Any
    rows: int
    columns: int
    row_stride: int
    column_stride: int


@compiled
def matrix(data: Any, rows: int, columns: int) -> Matrix:
    """A contiguous matrix."""
    return Matrix(data, rows, columns, columns, 1)


@compiled
def rows_of(A: Matrix, first: int, rows: int) -> Matrix:
    """A view of `rows` rows of A, starting at `first`."""
    return Matrix(
        offset(A.data, first * A.row_stride), rows, A.columns, A.row_stride, A.column_stride
    )


@compiled
def columns_of(A: Matrix, first: int, columns: int) -> Matrix:
    """A view of `columns` columns of A, starting at `first`."""
    return Matrix(
        offset(A.data, first * A.column_stride), A.rows, columns, A.row_stride, A.column_stride
    )


@compiled
def transpose(A: Matrix) -> Matrix:
    """A view of Aᵀ."""
    return Matrix(A.data, A.columns, A.rows, A.column_stride, A.row_stride)


@compiled
def add_product(C: Matrix, A: Matrix, B: Matrix, first: int, last: int) -> None:
    """`C += A B` for the rows of C and A from `first` up to, excluding, `last`.

    The rows of B and C must be contiguous. The order of the additions does not depend on the range
    of rows.
    """
    call_product(
        C.data,
        C.row_stride,
        A.data,
        A.row_stride,
        A.column_stride,
        B.data,
        B.row_stride,
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
    """Calls `product`, which is compiled once for all callers."""

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
    """The symbol name of `product` for a numba dtype."""
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
    """`add_product` as a C function."""
    width = VECTORS * lanes(C)
    blocks = -(-(last - first) // ROWS)  # of rows, of about equal height
    for k in range(0, B_rows, DEPTH):
        depth = min(DEPTH, B_rows - k)
        for j in range(0, B_columns, width):
            columns = min(width, B_columns - j)
            for n in range(blocks):
                i = first + (last - first) * n // blocks
                rows = first + (last - first) * (n + 1) // blocks - i
                C_tile, A_tile = offset(C, i * C_row + j), offset(A, i * A_row + k * A_column)
                B_tile = offset(B, k * B_row + j)
                add_tile(
                    C_tile, C_row, A_tile, A_row, A_column, B_tile, B_row, depth, rows, columns
                )
