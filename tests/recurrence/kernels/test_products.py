from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit, types
from numpy.typing import NDArray

from elman.recurrence.kernels.products import (
    DEPTH,
    Matrix,
    columns_of,
    compiled,
    matrix,
    product,
    rows_of,
    transpose,
)
from elman.recurrence.kernels.tiles import BYTES, ROWS, VECTORS, pointer

compiled_product = compiled(product)


def adding(dtype: Any) -> Any:
    """`product` with addresses as arguments."""

    @njit
    def add(C, C_row, A, A_row, A_column, B, B_row, B_rows, B_columns, first, last):  # type: ignore[no-untyped-def]
        compiled_product(
            pointer(C, dtype),
            C_row,
            pointer(A, dtype),
            A_row,
            A_column,
            pointer(B, dtype),
            B_row,
            B_rows,
            B_columns,
            first,
            last,
        )

    return add


ADD = {np.dtype(np.float32): adding(types.float32), np.dtype(np.float64): adding(types.float64)}


def add(C: NDArray[Any], A: NDArray[Any], B: NDArray[Any], first: int, last: int) -> None:
    """`C += A B` for some rows; the rows of C and B are contiguous."""
    strides = [[stride // x.itemsize for stride in x.strides] for x in (C, A, B)]
    (C_row, _), (A_row, A_column), (B_row, _) = strides
    C_0, A_0, B_0 = (x.ctypes.data for x in (C, A, B))
    ADD[C.dtype](C_0, C_row, A_0, A_row, A_column, B_0, B_row, *B.shape, first, last)


@given(
    M=st.integers(1, 3 * ROWS + 1),  # several tiles, the last one smaller
    K=st.sampled_from([1, 2, 7, DEPTH - 1, DEPTH, 2 * DEPTH + 3]),
    N=st.integers(1, 2 * VECTORS * BYTES // 4 + 5),  # several tiles, the last one smaller
    dtype=st.sampled_from([np.float32, np.float64]),
    transposed=st.booleans(),
    data=st.data(),
)
def test_products_of_every_size(
    M: int, K: int, N: int, dtype: type, transposed: bool, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, M))
    last = data.draw(st.integers(first, M))
    random = np.random.default_rng(M * K * N)
    A = random.standard_normal((K, M) if transposed else (M, K)).astype(dtype)
    A = A.T if transposed else A
    around = random.standard_normal((M, N + 9)).astype(dtype)  # C and its neighbours in memory
    B = random.standard_normal((K, N + 5)).astype(dtype)[:, :N]
    expected = around.astype(np.float64)
    expected[first:last, 4 : 4 + N] += A[first:last].astype(np.float64) @ B.astype(np.float64)

    add(around[:, 4 : 4 + N], A, B, first, last)
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(around, expected, rtol=0, atol=tolerance * K**0.5 * 4)
    untouched = np.ones(around.shape, dtype=bool)
    untouched[first:last, 4 : 4 + N] = False
    np.testing.assert_array_equal(around[untouched], expected[untouched])


def test_a_row_does_not_depend_on_the_number_of_rows() -> None:
    random = np.random.default_rng(0)
    A, B = (random.standard_normal(s).astype(np.float32) for s in ((13, 300), (300, 100)))
    at_once, one_by_one = (np.zeros((13, 100), dtype=np.float32) for _ in range(2))
    add(at_once, A, B, 0, 13)
    for n in range(13):
        add(one_by_one, A, B, n, n + 1)
    np.testing.assert_array_equal(at_once, one_by_one)


def test_multiply_add_is_rounded_once() -> None:
    A = np.array([[-1, 1 + 2.0**-12]], dtype=np.float32)
    B = np.array([[1], [1 - 2.0**-12]], dtype=np.float32)
    C = np.zeros((1, 1), dtype=np.float32)
    add(C, A, B, 0, 1)
    assert C[0, 0] == np.float32(-(2.0**-24))  # with two roundings it would be 0


@njit
def first_number(A, of):  # type: ignore[no-untyped-def]
    """The first number, sizes and strides of a view of the matrix (6, 5) at an address."""
    whole = matrix(pointer(A, types.float64), 6, 5)
    if of == 0:
        view = rows_of(whole, 2, 3)
    elif of == 1:
        view = columns_of(whole, 2, 3)
    else:
        view = transpose(whole)
    return view.data[0], view.rows, view.columns, view.row_stride, view.column_stride


@pytest.mark.parametrize("of", [0, 1, 2])
def test_views_of_a_matrix_use_its_memory(of: int) -> None:
    A = np.arange(30.0).reshape(6, 5)
    expected = [A[2:5], A[:, 2:5], A.T][of]
    number, rows, columns, row, column = first_number(A.ctypes.data, of)
    assert number == expected[0, 0]
    assert (rows, columns) == expected.shape
    assert (8 * row, 8 * column) == expected.strides
    assert Matrix._fields == ("data", "rows", "columns", "row_stride", "column_stride")
