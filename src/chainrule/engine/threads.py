"""How threads share the pieces of a step: whoever is free takes the next, and all meet before the next phase.

The threads are Python's own, started for a run and gone after it, so that nothing is left that a fork or
another pool could break. While they run they hold no lock: they wait for each other by looking at a
number in memory, and give up their turn when it takes long.
"""

import ctypes
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from chainrule.engine.blas import one_mkl_thread
from chainrule.engine.compiling import part
from chainrule.network.array import Array

# Places in the control array, each in a cache line of its own.
NEXT, ARRIVED, MEETING, STOP, SIZE = 0, 16, 32, 48, 64
LOOKS_BEFORE_YIELDING = 2000


@part
def claim(control: Array, threads: int) -> int:
    """Return the number of the next piece that nobody has taken."""
    if threads == 1:
        taken = control[NEXT]
        control[NEXT] = taken + 1
        return taken
    return add(control, NEXT, 1)


@part
def last_to_arrive(control: Array, threads: int, give_way: int) -> bool:
    """Wait until every thread is here; return True in the last one, which then must `go_on`."""
    if threads == 1:
        return True
    meeting = load(control, MEETING)
    if add(control, ARRIVED, 1) == threads - 1:
        return True
    looks = 0
    while load(control, MEETING) == meeting:
        looks += 1
        pause()
        if looks > LOOKS_BEFORE_YIELDING:
            yield_turn(give_way)
    return False


@part
def wait_for_all(control: Array, threads: int, give_way: int) -> None:
    """Wait until every thread is here; then all go on."""
    if last_to_arrive(control, threads, give_way):
        go_on(control, threads)


@part
def go_on(control: Array, threads: int) -> None:
    """Let the threads that wait go on, to pieces counted from 0."""
    control[NEXT] = 0
    if threads > 1:
        control[ARRIVED] = 0
        store(control, MEETING, load(control, MEETING) + 1)


def add(array: Array, place: int, value: int) -> int:
    """Add to an entry at once, whoever else does; return what it was."""
    before = array[place]
    array[place] = before + value
    return int(before)


def load(array: Array, place: int) -> int:
    """Return an entry as the other threads left it."""
    return int(array[place])


def store(array: Array, place: int, value: int) -> None:
    """Write an entry after everything that was written before."""
    array[place] = value


def pause() -> None:
    """Tell the processor that this is a wait."""


def yield_turn(give_way: int) -> None:
    """Let another thread have the core."""


def _entry(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [place])


@intrinsic
def _add(_context: Any, array: Any, place: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        entry = _entry(context, builder, signature.args[0], given[0], given[1])
        return builder.atomic_rmw("add", entry, given[2], "seq_cst")

    return types.int64(array, types.int64, types.int64), generate


@intrinsic
def _load(_context: Any, array: Any, place: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        entry = _entry(context, builder, signature.args[0], given[0], given[1])
        return builder.load_atomic(entry, "seq_cst", 8)

    return types.int64(array, types.int64), generate


@intrinsic
def _store(_context: Any, array: Any, place: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        entry = _entry(context, builder, signature.args[0], given[0], given[1])
        builder.store_atomic(given[2], entry, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), generate


@intrinsic
def _pause(_context: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, _given: Any) -> Any:
        if platform.machine() in ("x86_64", "AMD64"):
            wait = ir.FunctionType(ir.VoidType(), [])
            builder.call(cgutils.get_or_insert_function(builder.module, wait, "llvm.x86.sse2.pause"), [])
        elif platform.machine() in ("aarch64", "arm64"):
            hint = ir.FunctionType(ir.VoidType(), [ir.IntType(32)])
            routine = cgutils.get_or_insert_function(builder.module, hint, "llvm.aarch64.hint")
            builder.call(routine, [ir.Constant(ir.IntType(32), 1)])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def _yield_turn(_context: Any, give_way: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        routine = ir.FunctionType(ir.IntType(32), []).as_pointer()
        builder.call(builder.inttoptr(given[0], routine), [])
        return context.get_dummy_value()

    return types.void(types.int64), generate


overload(add, strict=False)(lambda array, place, value: lambda array, place, value: _add(array, place, value))
overload(load, strict=False)(lambda array, place: lambda array, place: _load(array, place))
overload(store, strict=False)(
    lambda array, place, value: lambda array, place, value: _store(array, place, value)
)
overload(pause, strict=False)(lambda: lambda: _pause())
overload(yield_turn, strict=False)(lambda give_way: lambda give_way: _yield_turn(give_way))


@cache
def give_way_address() -> int:
    """Return where the system's function begins that lets another thread have the core."""
    windows = sys.platform == "win32"
    library = ctypes.CDLL("kernel32" if windows else None)
    function = library.SwitchToThread if windows else library.sched_yield
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def new_control() -> Array:
    """Return the numbers by which threads share a step."""
    return np.zeros(SIZE, dtype=np.int64)


def cores() -> int:
    """Return how many threads may run at once: the cores of this process, or fewer where it was told so.

    A pool that starts processes (joblib does) tells each its share by OMP_NUM_THREADS; a container
    may be given a part of the machine's time only.
    """
    told = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if told.isdigit() and int(told):
        return int(told)
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(found, _quota()))


@cache
def _quota() -> int:
    try:
        most, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        return sys.maxsize
    return sys.maxsize if most == "max" else max(1, int(most) // int(period))


_lending = threading.Lock()
_lent = 0


@contextmanager
def lent(wanted: int) -> Iterator[int]:
    """Lend a run some of the cores that no other run of this process uses; one always.

    How many it gets has no influence on any number it computes.
    """
    global _lent
    with _lending:
        taken = max(1, min(wanted, cores() - _lent)) if wanted > 1 else 1
        _lent += taken
    try:
        yield taken
    finally:
        with _lending:
            _lent -= taken


def together(kernel: Callable[..., Any], arguments: Sequence[Any], threads: int) -> Any:
    """Call a kernel in some threads at once, this one among them; return what it returns here.

    The kernel is called with the arguments, how many threads there are, and which one it is in.
    """
    if threads == 1:
        one_mkl_thread()
        return kernel(*arguments, 1, 0)
    ready = threading.Event()
    started = 1

    def work(thread: int) -> None:
        one_mkl_thread()
        ready.wait()
        if thread < started:
            kernel(*arguments, started, thread)

    workers = [threading.Thread(target=work, args=(thread,), daemon=True) for thread in range(1, threads)]
    for worker in workers:
        try:
            worker.start()
        except RuntimeError:  # the system gives no more
            break
        started += 1
    ready.set()
    one_mkl_thread()
    try:
        return kernel(*arguments, started, 0)
    finally:
        for worker in workers[: started - 1]:
            worker.join()
