"""Which engine does the work: chosen by name, or by the size of the job alone."""

from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy.typing as npt

from chainrule.display import say_once
from chainrule.errors import unknown_name
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.program import Prepare
from chainrule.reference.predict import predict
from chainrule.reference.program import prepare as prepare_reference

Engine: TypeAlias = Literal["auto", "compiled", "reference"]
ENGINES: tuple[Engine, ...] = get_args(Engine)

# From so many multiplications on compiling is worth the second that loading it takes. A step costs the
# reference as much as these, a layer, beside its products.
WORTH_COMPILING = 4_000_000_000
WORK_OF_A_STEP = 100_000
WORTH_COMPILING_FOR_OUTPUTS = 50_000  # parameters


def engine(
    name: Engine, network: Network, dtype: npt.DTypeLike, rows: int, steps: int, n_threads: int | None
) -> Prepare:
    """Return how the engine of that name prepares a program; the reference where the other cannot work.

    Parameters
    ----------
    name : {"auto", "compiled", "reference"}
        Which one; "auto" chooses by the size of the job, never by the clock: the bits depend on it.
    network, dtype : Network, dtype
        What is to be trained, and in which precision.
    rows, steps : int
        How many rows all steps together take, and how many steps there are.
    n_threads : int, optional
        The most threads that share a step.

    Raises
    ------
    UnknownNameError
        When there is no engine of that name.
    InvalidValueError
        When `n_threads` is not a whole number of 1 or more.
    """
    require_engine(name, n_threads)
    if name == "reference" or (name == "auto" and work(network, rows, steps) < WORTH_COMPILING):
        return prepare_reference
    if reason := why_not_compiled(network, dtype):
        say_once(f"the reference does the work: {reason}")
        return prepare_reference
    from chainrule.engine.program import prepare  # Numba takes half a second to load

    return partial(prepare, n_threads=n_threads)


def predicted(
    name: Engine, network: Network, parameters: Parameters, X: Array, n_threads: int | None
) -> Array:
    """Return A[L] for rows by the engine of that name: see `engine`.

    "auto" chooses by the network alone, so that a row's result does not depend on how many there are.
    """
    require_engine(name, n_threads)
    if name == "reference" or (name == "auto" and parameters.theta.size < WORTH_COMPILING_FOR_OUTPUTS):
        return predict(network, parameters, X)
    if reason := why_not_compiled(network, parameters.theta.dtype):
        say_once(f"the reference does the work: {reason}")
        return predict(network, parameters, X)
    from chainrule.engine.predict import predict as predict_compiled

    return predict_compiled(network, parameters, X, n_threads)


def require_engine(name: object, n_threads: int | None) -> None:
    """Raise an error unless there is an engine of that name, and the threads are a number of them."""
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    if n_threads is not None:
        accept.count("n_threads", n_threads)


def why_not_compiled(network: Network, dtype: npt.DTypeLike) -> str:
    """Return why the compiled engine cannot work here, in words; empty where it can."""
    if find_spec("numba") is None:
        return "Numba is not installed; install it with: pip install 'chainrule[fast]'"
    from chainrule.engine.program import why_not

    return why_not(network, dtype)


def work(network: Network, rows: int, steps: int) -> int:
    """Return about how many multiplications a training takes the reference."""
    parameters = sum(before * after for before, after in pairwise(network.sizes))
    return 3 * parameters * rows + WORK_OF_A_STEP * network.depth * steps
