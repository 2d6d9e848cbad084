"""Calling a routine by its address, with the addresses of its arrays: no array is handed on."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def address(_context: Any, array: Any) -> Any:
    """Return where an array's entries begin."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        return builder.ptrtoint(data, ir.IntType(64))

    return types.int64(array), generate


@intrinsic
def place_of(_context: Any, value: Any) -> Any:
    """Keep a value on the stack of the calling function, and return its address."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        with builder.goto_entry_block():
            place = builder.alloca(given[0].type)
        builder.store(given[0], place)
        return builder.ptrtoint(place, ir.IntType(64))

    return types.int64(value), generate


@intrinsic
def call(_context: Any, routine: Any, arguments: Any) -> Any:
    """Call the routine at an address; every argument is an address or a whole number."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        _call(builder, signature, given, ir.VoidType())
        return context.get_dummy_value()

    return types.void(types.int64, arguments), generate


@intrinsic
def call_for_number(_context: Any, routine: Any, arguments: Any) -> Any:
    """Call a routine that returns a float64."""

    def generate(_context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return _call(builder, signature, given, ir.DoubleType())

    return types.float64(types.int64, arguments), generate


def _call(builder: Any, signature: Any, given: Any, returned: Any) -> Any:
    count = len(signature.args[1])
    routine = ir.FunctionType(returned, [ir.IntType(64)] * count).as_pointer()
    values = [builder.extract_value(given[1], i) for i in range(count)]
    return builder.call(builder.inttoptr(given[0], routine), values)
