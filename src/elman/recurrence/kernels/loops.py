"""The two loops of backpropagation through time, compiled for the processor by numba.

All threads call the same function, and each does its share. Sequences do not need each other, so
a thread that has some of the batch need not wait at every time step for a thread that has others.
What is summed over all time steps and sequences is shared by the rows of the sum. Whatever the
number of threads, each number is computed in the same order.

Sequences are matrices here whose rows follow each other in time: X_t is B rows of X, `(T B, I)`.
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
from elman.recurrence.kernels.tiles import after, pointer, take

# Rows of `X U + b` that are computed at once: enough to use each number of U often, few enough to
# find them in the cache afterwards.
ROWS_AT_ONCE = 256

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
    differ: bool,
) -> None:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T.

    Args:
        h: to become `h_1 … h_T`, `(T B, H)`.
        X: `(T B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(1, H)`.
        f: TANH, RELU or SIGMOID.
        lengths: of the B sequences; their states are zero from there on.
        differ: whether there are lengths.
    """
    B, H = h_0.rows, h.columns
    T = h.rows // B
    first, last = share(B)
    steps = max(1, ROWS_AT_ONCE // B)
    begin = 0
    while begin < T:
        end = min(begin + steps, T)
        # X_t U + b does not wait for h_{t−1}: the rows of several time steps are shared.
        above, below = share((end - begin) * B)
        set_rows(h, b, begin * B + above, begin * B + below)
        add_product(h, X, U, begin * B + above, begin * B + below)
        wait_for_all()
        for t in range(begin, end):
            h_t = rows_of(h, t * B, B)
            h_previous = rows_of(h, (t - 1) * B, B) if t > 0 else h_0
            # a_t = X_t U + h_{t−1} V + b
            add_product(h_t, h_previous, V, first, last)
            # h_t = f(a_t)
            activate(after(h_t.numbers, first * H), f, (last - first) * H)
            for n in range(first, last if differ else first):
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

    A gradient that is not wanted comes as a matrix without rows.

    Args:
        dh: `∂C_t/∂h_t`, `(T, B, H)`.
        dh_strides: how many numbers further the next time step, sequence and unit is.
        h: `(T B, H)`.
        X: `(T B, I)`.
        h_0: `(B, H)`.
        U_T: `(H, I)`.
        V_T: `(H, H)`; may be the memory of dV where `da` has room for all time steps.
        f: TANH, RELU or SIGMOID.
        da: room for ∂a of some time steps.
        ones: a row of ones, as many as `da` has rows.
        dX: to become `∂X`, `(T B, I)`.
        dh_0: to become `∂h_0`, `(B, H)`.
        dU: to become `∂U`, `(I, H)`.
        dV: to become `∂V`, `(H, H)`.
        db: to become `∂b`, `(1, H)`.
    """
    B, H = h_0.rows, h.columns
    T, steps = h.rows // B, da.rows // B
    first, last = share(B)
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
                    place = t * dh_strides[0] + n * dh_strides[1] + j * dh_strides[2]
                    da_t.numbers[n * H + j] = dh[place]
            if t < T - 1:
                # ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ
                add_product(da_t, da_next, V_T, first, last)
            # ∂a_t = ∂h_t ∘ f′(a_t)
            differentiate(after(da_t.numbers, first * H), after(h_t.numbers, first * H), f, numbers)
        if begin == 0:  # ∂h_0 = ∂a_1 Vᵀ
            own = min(last, dh_0.rows)
            set_zero(dh_0, first, own)
            add_product(dh_0, da, V_T, first, own)
        wait_for_all()

        # ∂U = Σ_t X_tᵀ ∂a_t     ∂V = Σ_t h_{t−1}ᵀ ∂a_t     ∂b = Σ_t ∂a_t
        rows = (end - begin) * B
        da_steps, X_steps = rows_of(da, 0, rows), rows_of(X, begin * B, rows)
        left, right = share(H)
        db_share = columns_of(db, left, right - left)
        if end == T:
            set_zero(dU, *share(dU.rows))
            set_zero(dV, *share(dV.rows))
            set_zero(db_share, 0, db.rows)
        add_product(db_share, ones, columns_of(da_steps, left, right - left), 0, db.rows)
        add_product(dU, transpose(X_steps), da_steps, *share(dU.rows))
        if begin > 0:
            h_previous = rows_of(h, (begin - 1) * B, rows)
            add_product(dV, transpose(h_previous), da_steps, *share(dV.rows))
        else:  # h_0 lies elsewhere
            h_previous, da_later = rows_of(h, 0, rows - B), rows_of(da, B, rows - B)
            add_product(dV, transpose(h_0), rows_of(da, 0, B), *share(dV.rows))
            add_product(dV, transpose(h_previous), da_later, *share(dV.rows))
        if dX.rows > 0:  # ∂X_t = ∂a_t Uᵀ
            above, below = share(rows)
            dX_steps = rows_of(dX, begin * B, rows)
            set_zero(dX_steps, above, below)
            add_product(dX_steps, da_steps, U_T, above, below)
        if begin > 0:  # before ∂a of these time steps is overwritten
            wait_for_all()
        end = begin


@compiled
def share(n: int) -> tuple[int, int]:
    """What this thread does of n things: the first of its own, and the one after its last."""
    thread, threads = thread_number(), number_of_threads()
    return n * thread // threads, n * (thread + 1) // threads


@compiled
def set_rows(A: Matrix, row: Matrix, first: int, last: int) -> None:
    """Every row of A from `first` to before `last` becomes the one row."""
    for n in range(first, last):
        for j in range(A.columns):
            A.numbers[n * A.row + j] = row.numbers[j]


@compiled
def set_zero(A: Matrix, first: int, last: int) -> None:
    """The rows of A from `first` to before `last` become zero."""
    for n in range(first, last):
        for j in range(A.columns):
            A.numbers[n * A.row + j] = 0


def functions(name: str) -> dict[str, Any]:
    """For the dtype of a name the functions of C, by name: `product`, `forward` and `backward`.

    The last two take the address of integers, the arguments as `compiled` puts them in order. An
    address that is 0 is that of a gradient which is not wanted.
    """
    dtype = getattr(types, name)
    numbers, n = types.CPointer(dtype), types.intp  # type: ignore[no-untyped-call]
    of_matrices = types.void(numbers, n, numbers, n, n, numbers, n, n, n, n, n)
    of_address = types.void(types.CPointer(n))  # type: ignore[no-untyped-call]

    compiled_product = cfunc(of_matrices, error_model="numpy", fastmath=CONTRACT)(product)
    binding.add_symbol(product_name(dtype), compiled_product.address)

    @cfunc(of_address, error_model="numpy")
    def forward_at(integers: Any) -> None:
        T, B, I, H, f, h_0_row, h_0_column, h, X, h_0, U, V, b, lengths = take(integers, 14)
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

    @cfunc(of_address, error_model="numpy")
    def backward_at(integers: Any) -> None:
        T, B, I, H, f, h_0_row, h_0_column, steps, dh_t, dh_n, dh_j = take(integers, 11)
        dh, h, X, h_0, U_T, V_T, da, one, dX, dh_0, dU, dV, db = take(after(integers, 11), 13)
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
