"""A small matrix product in the registers of the processor, for numba.

A tile is a block of C: a few rows, and a few SIMD vectors of columns. All its sums stay in
registers during the loop over k. A step of k loads one row of B and multiplies it by one number of
each row of A.

    C[r, v] += Σ_k A[r, k] · B[k, v]        r < ROWS, v < VECTORS

numba would keep the sums in memory, so this module generates LLVM code directly.
"""

from collections.abc import Callable
from typing import Any

import numba.extending
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils

# AVX-512 has 32 registers of 64 bytes, AVX 16 of 32 bytes (LLVM adapts the code to others). The
# sums of the largest tile, a row of B and a number of A fit into them.
WIDE = bool(binding.get_host_cpu_features().get("avx512f"))
BYTES = 64 if WIDE else 32
ROWS = 6
VECTORS = 4 if WIDE else 2

INT, LANE = ir.IntType(64), ir.IntType(32)


def intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """numba's `intrinsic`, without its type annotations: they count the compiler as an argument."""
    return numba.extending.intrinsic(function)


@intrinsic
def pointer(_: Any, address: Any, dtype: Any) -> Any:
    """A pointer to numbers of a dtype at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        llvm = context.get_value_type(signature.return_type)
        return builder.inttoptr(arguments[0], llvm)

    numbers = types.CPointer(dtype.dtype)  # type: ignore[no-untyped-call]
    return numbers(address, dtype), generate


@intrinsic
def unpack(_: Any, integers: Any, n: Any) -> Any:
    """The first n integers, for a literal n."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        elements = [builder.gep(arguments[0], [INT(k)]) for k in range(n.literal_value)]
        return context.make_tuple(
            builder, signature.return_type, [builder.load(element) for element in elements]
        )

    if not isinstance(n, types.IntegerLiteral):
        raise numba.errors.RequireLiteralValue("n")
    unpacked = types.UniTuple(integers.dtype, n.literal_value)  # type: ignore[no-untyped-call]
    return unpacked(integers, n), generate


@intrinsic
def offset(_: Any, numbers: Any, n: Any) -> Any:
    """A pointer to the n-th number: `numbers + n` in C."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return numbers(numbers, types.intp), generate


@intrinsic
def lanes(_: Any, numbers: Any) -> Any:
    """How many of these numbers fit into a SIMD vector."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return INT(BYTES * 8 // numbers.dtype.bitwidth)

    return types.intp(numbers), generate


@intrinsic
def add_tile(
    _: Any,
    C: Any,
    C_row: Any,
    A: Any,
    A_row: Any,
    A_column: Any,
    B: Any,
    B_row: Any,
    depth: Any,
    rows: Any,
    columns: Any,
) -> Any:
    """`C += A B` for a tile of C.

    Args:
        C: pointer to the first number of the tile.
        C_row: row stride of C, in numbers.
        A: pointer to the first number of the tile's rows of A.
        A_row: row stride of A.
        A_column: column stride of A.
        B: pointer to the first number of the tile's columns of B.
        B_row: row stride of B.
        depth: number of steps of k.
        rows: rows of the tile, from 1 to ROWS.
        columns: columns of the tile, from 1 to the width of VECTORS vectors.
    """
    number = C.dtype

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *matrices, rows, columns = arguments
        element = context.get_value_type(number)
        lanes = BYTES * 8 // number.bitwidth
        # A full-width tile needs no mask for its last vector; it is the case of 0 vectors.
        vectors = builder.sdiv(builder.add(columns, INT(lanes - 1)), INT(lanes))
        is_full = builder.icmp_signed("==", columns, INT(VECTORS * lanes))
        kind = builder.select(is_full, INT(0), vectors)
        end = builder.append_basic_block()
        switch = builder.switch(builder.add(builder.mul(rows, INT(VECTORS + 1)), kind), end)
        for r in range(1, ROWS + 1):
            for v in range(VECTORS + 1):
                with builder.goto_block(builder.append_basic_block()):
                    tile = _Tile(builder.module, element, lanes, r, v or VECTORS, masked=v > 0)
                    builder.call(tile.function(), [*matrices, columns])
                    builder.branch(end)
                    switch.add_case(INT(r * (VECTORS + 1) + v), builder.block)
        builder.position_at_end(end)
        return context.get_dummy_value()

    n = types.intp
    return types.void(C, n, A, n, n, B, n, n, n, n), generate


class _Tile:
    """Generates the function for one tile size in an LLVM module.

    Args:
        module: the LLVM module.
        element: LLVM type of the numbers.
        lanes: numbers per vector.
        rows: rows of the tile.
        vectors: vectors per row.
        masked: whether the last vector may have fewer columns.
    """

    def __init__(
        self, module: Any, element: Any, lanes: int, rows: int, vectors: int, *, masked: bool
    ) -> None:
        self.module, self.element, self.lanes = module, element, lanes
        self.rows, self.vectors, self.masked = rows, vectors, masked
        self.vector = ir.VectorType(element, lanes)
        self.kind = f"v{lanes}f{BYTES * 8 // lanes}"  # LLVM's name of the vector type
        self.align = BYTES // lanes  # bytes per number: vectors need no other alignment
        self.zeros = ir.Constant(self.vector, [0.0] * lanes)

    def function(self) -> Any:
        """The function; generated at the first call."""
        name = f"elman_tile_{self.kind}_{self.rows}x{self.vectors}{'_masked' * self.masked}"
        if name in self.module.globals:
            return self.module.globals[name]
        numbers = self.element.as_pointer()
        function = ir.Function(
            self.module,
            ir.FunctionType(
                ir.VoidType(), [numbers, INT, numbers, INT, INT, numbers, INT, INT, INT]
            ),
            name,
        )
        function.linkage = "internal"
        C, C_row, A, A_row, A_column, B, B_row, depth, columns = function.args
        begin, loop, end = (function.append_basic_block(x) for x in ("begin", "loop", "end"))

        builder = ir.IRBuilder(begin)
        self.mask = self._mask(builder, columns) if self.masked else None
        A_rows = [builder.mul(A_row, INT(r)) for r in range(self.rows)]
        C_rows = [builder.mul(C_row, INT(r)) for r in range(self.rows)]
        builder.branch(loop)

        builder = ir.IRBuilder(loop)
        k = _phi(builder, INT, INT(0), begin)
        A_k = _phi(builder, numbers, A, begin)
        B_k = _phi(builder, numbers, B, begin)
        sums = [
            [_phi(builder, self.vector, self.zeros, begin) for _ in range(self.vectors)]
            for _ in range(self.rows)
        ]
        B_vectors = [self._load(builder, B_k, v) for v in range(self.vectors)]
        totals = []
        for r in range(self.rows):
            A_rk = self._broadcast(builder, builder.load(builder.gep(A_k, [A_rows[r]])))
            totals.append(
                [
                    self._multiply_add(builder, A_rk, b, s)
                    for b, s in zip(B_vectors, sums[r], strict=True)
                ]
            )
            for s, total in zip(sums[r], totals[r], strict=True):
                s.add_incoming(total, loop)
        next_k = builder.add(k, INT(1))
        k.add_incoming(next_k, loop)
        A_k.add_incoming(builder.gep(A_k, [A_column]), loop)
        B_k.add_incoming(builder.gep(B_k, [B_row]), loop)
        builder.cbranch(builder.icmp_signed("<", next_k, depth), loop, end)

        builder = ir.IRBuilder(end)
        for r in range(self.rows):
            C_r = builder.gep(C, [C_rows[r]])
            for v in range(self.vectors):
                self._store(
                    builder, builder.fadd(self._load(builder, C_r, v), totals[r][v]), C_r, v
                )
        builder.ret_void()
        return function

    def _mask(self, builder: Any, columns: Any) -> Any:
        """Which lanes of the last vector are columns of C: its mask."""
        remaining = builder.sub(columns, INT((self.vectors - 1) * self.lanes))
        lanes = ir.Constant(ir.VectorType(INT, self.lanes), list(range(self.lanes)))
        return builder.icmp_signed("<", lanes, self._broadcast(builder, remaining))

    def _broadcast(self, builder: Any, number: Any) -> Any:
        """A vector with one number in all lanes."""
        undefined = ir.Constant(ir.VectorType(number.type, self.lanes), ir.Undefined)
        first = builder.insert_element(undefined, number, LANE(0))
        zeroth = ir.Constant(ir.VectorType(LANE, self.lanes), [0] * self.lanes)
        return builder.shuffle_vector(first, undefined, zeroth)

    def _multiply_add(self, builder: Any, x: Any, y: Any, s: Any) -> Any:
        """`x · y + s`, rounded once."""
        return self._call(builder, f"llvm.fma.{self.kind}", self.vector, x, y, s)

    def _load(self, builder: Any, row: Any, v: int) -> Any:
        address = self._address(builder, row, v)
        if not self._is_masked(v):
            return builder.load(address, align=self.align)
        name = f"llvm.masked.load.{self.kind}.p0"
        align = LANE(self.align)
        return self._call(builder, name, self.vector, address, align, self.mask, self.zeros)

    def _store(self, builder: Any, vector: Any, row: Any, v: int) -> None:
        address = self._address(builder, row, v)
        if not self._is_masked(v):
            builder.store(vector, address, align=self.align)
            return
        name = f"llvm.masked.store.{self.kind}.p0"
        self._call(builder, name, ir.VoidType(), vector, address, LANE(self.align), self.mask)

    def _is_masked(self, v: int) -> bool:
        return self.masked and v == self.vectors - 1

    def _address(self, builder: Any, row: Any, v: int) -> Any:
        return builder.bitcast(builder.gep(row, [INT(v * self.lanes)]), self.vector.as_pointer())

    def _call(self, builder: Any, name: str, returned: Any, *arguments: Any) -> Any:
        kind = ir.FunctionType(returned, [argument.type for argument in arguments])
        function = cgutils.get_or_insert_function(self.module, kind, name)  # type: ignore[no-untyped-call]
        return builder.call(function, arguments)


def _phi(builder: Any, kind: Any, first: Any, begin: Any) -> Any:
    """A phi node: `first` in the first iteration; the caller adds the value of the others."""
    value = builder.phi(kind)
    value.add_incoming(first, begin)
    return value
