"""A function of torch tensors or JAX arrays, or a torch module, as a function and gradient of NumPy arrays.

Neither library is needed, and none is imported before something of it is given. What is computed with is
float64, in copies: a module's parameters, its gradients and its mode stay as they are.
"""

import copy
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from chainrule.errors import InvalidTypeError, Words, sentence

INPUTS = "inputs"


class Plain(NamedTuple):
    """A function and its gradient in NumPy arrays, and the point.

    Parameters
    ----------
    function, gradient : callable
        Of a point built as `point` is.
    point : array, or dict, list or tuple of arrays
        Where they are compared.
    """

    function: Callable[[Any], Any]
    gradient: Callable[[Any], Any]
    point: Any


def of_framework(function: Any, point: Any) -> Plain:
    """Return a function and the gradient that its own framework has for it.

    Parameters
    ----------
    function : torch.nn.Module, or callable
        A module, whose outputs are added up with unequal weights, as a function of its inputs and of its
        parameters; or a function of torch tensors, or of JAX arrays, that returns a number.
    point : tensor or JAX array, or dict, list or tuple of them
        Where; of a module, its inputs.

    Raises
    ------
    InvalidTypeError
        When the point is neither of torch nor of JAX.
    """
    if _has(function, point, "torch"):
        return _of_torch(function, point)
    if _has(function, point, "jax"):
        return _of_jax(function, point)
    may_be = "a function; left out with a point of torch tensors or JAX arrays only"
    raise InvalidTypeError(sentence("the gradient", Words("left out"), may_be))


def _has(function: Any, point: Any, framework: str) -> bool:
    """Return whether a function, or the first array of a point, is of a framework."""
    if framework not in sys.modules:
        return False
    module = sys.modules.get("torch.nn") if framework == "torch" else None
    if module is not None and isinstance(function, module.Module):
        return True
    while isinstance(point, Mapping | list | tuple) and point:
        point = next(iter(point.values())) if isinstance(point, Mapping) else point[0]
    kind = {"torch": "Tensor", "jax": "Array"}[framework]
    return isinstance(point, getattr(sys.modules[framework], kind))


def _each(part: Any, change: Callable[[Any], Any]) -> Any:
    """Return a point with each of its arrays changed."""
    if isinstance(part, Mapping):
        return {key: _each(value, change) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_each(value, change) for value in part]
    return change(part)


def _of_torch(function: Any, point: Any) -> Plain:
    import torch

    if isinstance(function, torch.nn.Module):
        function, point = _of_module(function, point)

    def tensor(array: Any) -> Any:
        # Complex numbers are left to functions of NumPy: torch's kernels take some of them for real ones.
        return torch.tensor(np.asarray(array, np.float64))

    def value(arrays: Any) -> Any:
        with torch.no_grad():
            return np.asarray(function(_each(arrays, tensor)).detach().numpy())

    def gradient(arrays: Any) -> Any:
        with torch.enable_grad():
            leaves: list[Any] = []

            def leaf(array: Any) -> Any:
                leaves.append(tensor(array).requires_grad_())
                return leaves[-1]

            result = function(_each(arrays, leaf))
            slopes = iter(torch.autograd.grad(result, leaves, allow_unused=True, materialize_grads=True))
        return _each(arrays, lambda _: next(slopes).numpy())

    return Plain(value, gradient, _each(point, lambda each: each.detach().cpu().double().numpy().copy()))


def _of_module(module: Any, inputs: Any) -> tuple[Callable[[Any], Any], Any]:
    """Return a module as a function of its inputs and parameters, and the point where it stands."""
    import torch

    exact = copy.deepcopy(module).double()

    def function(point: Any) -> Any:
        named = {name: value for name, value in point.items() if name != INPUTS}
        outputs = torch.func.functional_call(exact, named, (point[INPUTS],))
        weights = torch.cos(torch.arange(1.0, outputs.numel() + 1, dtype=torch.float64))
        return (outputs.reshape(-1) * weights).sum()

    return function, {INPUTS: inputs, **dict(exact.named_parameters())}


def _of_jax(function: Any, point: Any) -> Plain:
    import jax

    def value(arrays: Any) -> Any:
        with jax.enable_x64(True):
            return np.asarray(
                function(_each(arrays, lambda each: jax.numpy.asarray(np.asarray(each, np.float64))))
            )

    def gradient(arrays: Any) -> Any:
        with jax.enable_x64(True):
            exact = _each(arrays, lambda each: jax.numpy.asarray(np.asarray(each, np.float64)))
            return _each(jax.grad(function)(exact), np.asarray)

    return Plain(value, gradient, _each(point, lambda each: np.array(each, np.float64)))
