"""Vectors of numbers that one instruction of the processor takes together, for numba.

numba compiles `a[j] = a[j] + x * V[j]` into such instructions by itself, but keeps `a` in memory
from one V to the next. A value of type `Vector` stays in a register of the processor.

    s = load(a, n, j)              s = a[n, j : j + lanes]
    s = multiply_add(x, v, s)      s = x · v + s, for a number x
    store(a, n, j, s)              a[n, j : j + lanes] = s
"""

from collections.abc import Callable
from typing import Any

import numba.extending
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import register_model


def intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """numba's; its own annotation counts the compiler among the arguments of a call."""
    return numba.extending.intrinsic(function)


# A vector of so many bytes is one register of the processor; of any other, LLVM makes several.
BYTES = 64 if binding.get_host_cpu_features().get("avx512f") else 32


class Vector(types.Type):
    """Numbers of one dtype, as many as make up `BYTES`."""

    def __init__(self, dtype: types.Float) -> None:
        self.dtype = dtype
        self.lanes = BYTES // (dtype.bitwidth // 8)
        super().__init__(name=f"Vector({dtype}, {self.lanes})")

    @property
    def llvm(self) -> ir.VectorType:
        """The same in LLVM."""
        element = ir.FloatType() if self.dtype == types.float32 else ir.DoubleType()
        return ir.VectorType(element, self.lanes)


@register_model(Vector)
class _Model(PrimitiveModel):
    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, vector.llvm)  # type: ignore[no-untyped-call]


def _address(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    struct = context.make_array(array_type)(context, builder, array)
    element = cgutils.get_item_pointer(  # type: ignore[no-untyped-call]
        context, builder, array_type, struct, place
    )
    return builder.bitcast(element, Vector(array_type.dtype).llvm.as_pointer())


@intrinsic
def load(_: Any, array: Any, n: Any, j: Any) -> Any:  # noqa: ARG001
    """`array[n, j : j + lanes]`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], arguments[0], arguments[1:])
        return builder.load(address, align=array.dtype.bitwidth // 8)

    return Vector(array.dtype)(array, types.intp, types.intp), generate


@intrinsic
def store(_: Any, array: Any, n: Any, j: Any, vector: Any) -> Any:  # noqa: ARG001
    """`array[n, j : j + lanes] = vector`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], arguments[0], arguments[1:3])
        builder.store(arguments[3], address, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, vector), generate


@intrinsic
def multiply_add(_: Any, x: Any, v: Any, s: Any) -> Any:  # noqa: ARG001
    """`x · v + s` for a number x, rounded once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        number, factor, summand = arguments
        llvm = v.llvm
        undefined = ir.Constant(llvm, ir.Undefined)
        first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), v.lanes), [0] * v.lanes)
        repeated = builder.shuffle_vector(first, undefined, everywhere)
        bits = v.dtype.bitwidth
        function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, ir.FunctionType(llvm, [llvm] * 3), f"llvm.fma.v{v.lanes}f{bits}"
        )
        return builder.call(function, [repeated, factor, summand])

    return v(v.dtype, v, v), generate


@intrinsic
def plus(_: Any, v: Any, w: Any) -> Any:  # noqa: ARG001
    """`v + w`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.fadd(*arguments)

    return v(v, v), generate


@intrinsic
def zeros(_: Any, array: Any) -> Any:
    """A vector of zeros of the dtype of `array`."""
    vector = Vector(array.dtype)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return ir.Constant(vector.llvm, [0.0] * vector.lanes)

    return vector(array), generate
