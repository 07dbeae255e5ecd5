"""The forward and the backward loop of backpropagation through time, compiled by numba.

All threads call the same function, and each thread works on its own rows. The sequences of a batch
are independent, so threads need no synchronization at each time step. Sums over all time steps and
sequences are distributed by the rows of the result. The order of the additions does not depend on
the number of threads.

Sequences are stored as matrices, time step by time step: X_t is B rows of X, `(T B, I)`.
"""

from typing import Any

from llvmlite import binding
from numba import cfunc, types

from elman.recurrence.kernels.activations import activate, differentiate
from elman.recurrence.kernels.products import (
    CONTRACT,
    Matrix,
    add_product,
    columns_of,
    compiled,
    matrix,
    product,
    product_name,
    rows_of,
    transpose,
)
from elman.recurrence.kernels.tiles import offset, pointer, unpack

# Rows of `X U + b` computed at once: enough to reuse U often, few enough to stay in the cache.
ROWS_PER_CHUNK = 256

thread_number: Any = types.ExternalFunction("omp_get_thread_num", types.int32())
number_of_threads: Any = types.ExternalFunction("omp_get_num_threads", types.int32())
wait_for_all: Any = types.ExternalFunction("GOMP_barrier", types.void())


@compiled
def forward(
    h: Matrix,
    X: Matrix,
    h_0: Matrix,
    U: Matrix,
    V: Matrix,
    b: Matrix,
    f: int,
    lengths: Any,
    has_lengths: bool,
) -> None:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T.

    Args:
        h: output, `h_1 … h_T`, `(T B, H)`.
        X: `(T B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(1, H)`.
        f: TANH, RELU or SIGMOID.
        lengths: of the B sequences; the states after them are zero.
        has_lengths: whether `lengths` is given.
    """
    B, H = h_0.rows, h.columns
    T = h.rows // B
    first, last = thread_range(B)
    steps = max(1, ROWS_PER_CHUNK // B)
    begin = 0
    while begin < T:
        end = min(begin + steps, T)
        # X_t U + b does not depend on h_{t−1}: distribute the rows of several time steps.
        above, below = thread_range((end - begin) * B)
        set_rows(h, b, begin * B + above, begin * B + below)
        add_product(h, X, U, begin * B + above, begin * B + below)
        wait_for_all()
        for t in range(begin, end):
            h_t = rows_of(h, t * B, B)
            h_previous = rows_of(h, (t - 1) * B, B) if t > 0 else h_0
            # a_t = X_t U + h_{t−1} V + b
            add_product(h_t, h_previous, V, first, last)
            # h_t = f(a_t)
            activate(offset(h_t.data, first * H), f, (last - first) * H)
            for n in range(first, last if has_lengths else first):
                if t >= lengths[n]:
                    set_zero(h_t, n, n + 1)
        begin = end


@compiled
def backward(
    dh: Any,
    dh_strides: tuple[int, int, int],
    h: Matrix,
    X: Matrix,
    h_0: Matrix,
    U_T: Matrix,
    V_T: Matrix,
    f: int,
    da: Matrix,
    ones: Matrix,
    dX: Matrix,
    dh_0: Matrix,
    dU: Matrix,
    dV: Matrix,
    db: Matrix,
) -> None:
    """`∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ`, `∂a_t = ∂h_t ∘ f′(a_t)` for t = T … 1, and their sums.

    A gradient that is not needed is passed as a matrix without rows.

    Args:
        dh: `∂C_t/∂h_t`, `(T, B, H)`.
        dh_strides: strides of dh, in numbers: time step, sequence, unit.
        h: `(T B, H)`.
        X: `(T B, I)`.
        h_0: `(B, H)`.
        U_T: `(H, I)`.
        V_T: `(H, H)`; may share its memory with dV if `da` holds all time steps.
        f: TANH, RELU or SIGMOID.
        da: a buffer for ∂a of a chunk of time steps.
        ones: a row of ones, one for each row of `da`.
        dX: output, `∂X`, `(T B, I)`.
        dh_0: output, `∂h_0`, `(B, H)`.
        dU: output, `∂U`, `(I, H)`.
        dV: output, `∂V`, `(H, H)`.
        db: output, `∂b`, `(1, H)`.
    """
    B, H = h_0.rows, h.columns
    T, steps = h.rows // B, da.rows // B
    first, last = thread_range(B)
    numbers = (last - first) * H
    end = T
    while end > 0:
        begin = (end - 1) // steps * steps
        for t in range(end - 1, begin - 1, -1):
            h_t, da_t, da_next = (
                rows_of(h, t * B, B),
                rows_of(da, t % steps * B, B),
                rows_of(da, (t + 1) % steps * B, B),
            )
            for n in range(first, last):
                for j in range(H):
                    index = t * dh_strides[0] + n * dh_strides[1] + j * dh_strides[2]
                    da_t.data[n * H + j] = dh[index]
            if t < T - 1:
                # ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ
                add_product(da_t, da_next, V_T, first, last)
            # ∂a_t = ∂h_t ∘ f′(a_t)
            differentiate(offset(da_t.data, first * H), offset(h_t.data, first * H), f, numbers)
        if begin == 0:  # ∂h_0 = ∂a_1 Vᵀ
            end_row = min(last, dh_0.rows)
            set_zero(dh_0, first, end_row)
            add_product(dh_0, da, V_T, first, end_row)
        wait_for_all()

        # ∂U = Σ_t X_tᵀ ∂a_t     ∂V = Σ_t h_{t−1}ᵀ ∂a_t     ∂b = Σ_t ∂a_t
        rows = (end - begin) * B
        da_steps, X_steps = rows_of(da, 0, rows), rows_of(X, begin * B, rows)
        left, right = thread_range(H)
        db_columns = columns_of(db, left, right - left)
        if end == T:
            set_zero(dU, *thread_range(dU.rows))
            set_zero(dV, *thread_range(dV.rows))
            set_zero(db_columns, 0, db.rows)
        add_product(db_columns, ones, columns_of(da_steps, left, right - left), 0, db.rows)
        add_product(dU, transpose(X_steps), da_steps, *thread_range(dU.rows))
        if begin > 0:
            h_previous = rows_of(h, (begin - 1) * B, rows)
            add_product(dV, transpose(h_previous), da_steps, *thread_range(dV.rows))
        else:  # h_0 is not in the memory of h
            h_previous, da_later = rows_of(h, 0, rows - B), rows_of(da, B, rows - B)
            add_product(dV, transpose(h_0), rows_of(da, 0, B), *thread_range(dV.rows))
            add_product(dV, transpose(h_previous), da_later, *thread_range(dV.rows))
        if dX.rows > 0:  # ∂X_t = ∂a_t Uᵀ
            above, below = thread_range(rows)
            dX_steps = rows_of(dX, begin * B, rows)
            set_zero(dX_steps, above, below)
            add_product(dX_steps, da_steps, U_T, above, below)
        if begin > 0:  # the next chunk overwrites ∂a
            wait_for_all()
        end = begin


@compiled
def thread_range(n: int) -> tuple[int, int]:
    """This thread's part of range(n): its first index, and the index after its last."""
    thread, threads = thread_number(), number_of_threads()
    return n * thread // threads, n * (thread + 1) // threads


@compiled
def set_rows(A: Matrix, row: Matrix, first: int, last: int) -> None:
    """Copies `row` to the rows of A from `first` up to, excluding, `last`."""
    for n in range(first, last):
        for j in range(A.columns):
            A.data[n * A.row_stride + j] = row.data[j]


@compiled
def set_zero(A: Matrix, first: int, last: int) -> None:
    """Sets the rows of A from `first` up to, excluding, `last` to zero."""
    for n in range(first, last):
        for j in range(A.columns):
            A.data[n * A.row_stride + j] = 0


def functions(name: str) -> dict[str, Any]:
    """The C functions `product`, `forward` and `backward` for a dtype, by name.

    The last two take the address of an array of integers: their arguments, in the order that engine
    `compiled` packs them. Address 0 stands for a gradient that is not needed.
    """
    dtype = getattr(types, name)
    numbers, n = types.CPointer(dtype), types.intp  # type: ignore[no-untyped-call]
    product_type = types.void(numbers, n, numbers, n, n, numbers, n, n, n, n, n)
    loop_type = types.void(types.CPointer(n))  # type: ignore[no-untyped-call]

    compiled_product = cfunc(product_type, error_model="numpy", fastmath=CONTRACT)(product)
    binding.add_symbol(product_name(dtype), compiled_product.address)

    @cfunc(loop_type, error_model="numpy")
    def forward_at(integers: Any) -> None:
        T, B, I, H, f, h_0_row, h_0_column, h, X, h_0, U, V, b, lengths = unpack(integers, 14)
        forward(
            matrix(pointer(h, dtype), T * B, H),
            matrix(pointer(X, dtype), T * B, I),
            Matrix(pointer(h_0, dtype), B, H, h_0_row, h_0_column),
            matrix(pointer(U, dtype), I, H),
            matrix(pointer(V, dtype), H, H),
            matrix(pointer(b, dtype), 1, H),
            f,
            pointer(lengths, types.int64),
            lengths != 0,
        )

    @cfunc(loop_type, error_model="numpy")
    def backward_at(integers: Any) -> None:
        T, B, I, H, f, h_0_row, h_0_column, steps, dh_t, dh_n, dh_j = unpack(integers, 11)
        dh, h, X, h_0, U_T, V_T, da, one, dX, dh_0, dU, dV, db = unpack(offset(integers, 11), 13)
        backward(
            pointer(dh, dtype),
            (dh_t, dh_n, dh_j),
            matrix(pointer(h, dtype), T * B, H),
            matrix(pointer(X, dtype), T * B, I),
            Matrix(pointer(h_0, dtype), B, H, h_0_row, h_0_column),
            matrix(pointer(U_T, dtype), H, I),
            matrix(pointer(V_T, dtype), H, H),
            f,
            matrix(pointer(da, dtype), steps * B, H),
            Matrix(pointer(one, dtype), 1, steps * B, 0, 0),
            matrix(pointer(dX, dtype), T * B if dX else 0, I),
            matrix(pointer(dh_0, dtype), B if dh_0 else 0, H),
            matrix(pointer(dU, dtype), I if dU else 0, H),
            matrix(pointer(dV, dtype), H if dV else 0, H),
            matrix(pointer(db, dtype), 1 if db else 0, H),
        )

    return {
        product_name(dtype): compiled_product,
        f"elman_forward_{name}": forward_at,
        f"elman_backward_{name}": backward_at,
    }
