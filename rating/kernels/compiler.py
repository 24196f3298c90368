"""What numba has to know of groups of arrays, to compile kernels that take them. Loading this loads numba."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from inspect import Parameter, Signature
from typing import Any, NamedTuple

import numba
import numba.core.cgutils
import numba.np.arrayobj
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model

from rating.kernels.groups import DATA_AT, KINDS, PAIR, SHAPE_AT, fields, group_named

_OPTIONS: Any = {"error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_WORD = ir.IntType(64)
_cgutils: Any = numba.core.cgutils  # without types, as far as a checker knows
_arrays: Any = numba.np.arrayobj


class GroupType(types.Type):
    """A group: the address of the addresses of its arrays."""

    def __init__(self, group: Any) -> None:
        self.group = group
        super().__init__(name=group.__name__)


@register_model(GroupType)
class GroupModel(models.PrimitiveModel):
    """One pointer."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _WORD.as_pointer())


def type_named(name: str, written: bool = False) -> Any:
    """The type of an annotation."""
    if name.startswith("tuple["):
        return types.Tuple([type_named(each.strip()) for each in name[6:-1].split(",")])
    if name in KINDS:
        item, dimensions = KINDS[name]
        return types.Array(numba.from_dtype(np.dtype(item)), dimensions, "C", readonly=not written)
    simple = {"int": types.int64, "bool": types.boolean, "None": types.none}
    return simple[name] if name in simple else GroupType(group_named(name))


@infer_getattr
class _Fields(AttributeTemplate):
    key = GroupType

    def generic_resolve(self, kind: GroupType, name: str) -> Any:
        field = fields(kind.group).get(name)
        return None if field is None else type_named(field.kind, field.written)


@lower_getattr_generic(GroupType)
def _load_field(context: Any, builder: Any, kind: GroupType, value: Any, name: str) -> Any:
    field = fields(kind.group)[name]
    place = builder.gep(value, [_WORD(field.at)])
    if field.kind not in KINDS:
        return place
    array_type = type_named(field.kind, field.written)
    found = context.make_array(array_type)(context, builder)
    owner = _load(builder, place)
    data = _load(builder, _at(builder, owner, DATA_AT))
    shape_at = _load(builder, _at(builder, owner, SHAPE_AT))
    shape = [_load(builder, _at(builder, shape_at, 8 * i)) for i in range(array_type.ndim)]
    if field.kind == "Pairs":
        shape[1] = _WORD(PAIR)
    size = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    strides = [_WORD(size)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    items = builder.inttoptr(data, context.get_data_type(array_type.dtype).as_pointer())
    _arrays.populate_array(found, items, shape, strides, size, None)
    return found._getvalue()


def _at(builder: Any, address: Any, offset: int) -> Any:
    return builder.inttoptr(builder.add(address, _WORD(offset)), _WORD.as_pointer())


def _load(builder: Any, place: Any) -> Any:
    """What no kernel writes to: LLVM may take it out of loops."""
    loaded = builder.load(place)
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def signature_of(function: Callable[..., Any]) -> Any:
    """The types of a kernel, as its annotations say."""
    named = {name: str(each) for name, each in function.__annotations__.items()}
    result = type_named(named.pop("return"))
    return result(*map(type_named, named.values()))


class Made(NamedTuple):
    """A compiled kernel."""

    symbol: str
    code: bytes
    address: int


def compiled(function: Callable[..., Any]) -> Made:
    """Compile a kernel for the types in its annotations."""
    dispatcher = numba.njit(**_OPTIONS)(function)
    signature = signature_of(function)
    dispatcher.compile(signature)
    made = dispatcher.overloads[signature.args]
    symbol = made.fndesc.llvm_func_name
    return Made(symbol, made.library._get_compiled_object(), made.library.get_pointer_to_function(symbol))


@lru_cache(maxsize=64)
def call_through(function: Callable[..., Any]) -> Any:
    """An intrinsic that calls a kernel by the address that stands before its arguments."""
    wanted = signature_of(function)

    def call(typing_context: Any, *args: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            convention = context.call_conv
            kind = convention.get_function_type(wanted.return_type, wanted.args)
            callee = builder.inttoptr(values[0], kind.as_pointer())
            status, found = convention.call_function(builder, callee, wanted.return_type, wanted.args, list(values[1:]))
            with _cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return found

        return wanted.return_type(types.int64, *wanted.args), generate

    # numba asks for the names of arguments, of which `*args` says none.
    names = ["typing_context", "address", *(f"a{i}" for i in range(len(wanted.args)))]
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    call.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return intrinsic(call)


@intrinsic
def prefetch(_context: Any, array: Any, i: Any) -> Any:
    """Ask for the line of the cache in which item `i` of an array lies, row after row, without waiting for it: for
    this core alone, where the array is written to.
    """
    written = int(array.mutable)

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = builder.gep(context.make_array(signature.args[0])(context, builder, values[0]).data, [values[1]])
        byte, code = ir.IntType(8).as_pointer(), ir.IntType(32)
        known = ir.FunctionType(ir.VoidType(), [byte, code, code, code])
        call = _cgutils.get_or_insert_function(builder.module, known, "llvm.prefetch.p0i8")
        builder.call(call, [builder.bitcast(place, byte), code(written), code(3), code(1)])  # to keep, of data
        return context.get_dummy_value()

    return types.void(array, i), build
