"""The question that is asked of every gradient: do two independent witnesses agree with it?

The bar is 1e-10 of S, entry by entry, S the sum of the absolute terms of that entry: the backward
pass on absolute values. A local derivative counts as its size plus 1e-4 of the terms of its
formula, for at a root of f' (gelu, silu, mish) and where f saturates its own rounding is all that
is left of it.
"""

import autograd_witness
import numpy as np
from problems import Problem

from chainrule.network.activations import Activation, RowActivation
from chainrule.network.array import Array
from chainrule.network.formula import FUNCTIONS, Function, children, magnitude
from chainrule.network.losses import shortcut
from chainrule.network.parameters import Parameters
from chainrule.reference.forward import forward_pass, loss_of
from chainrule.reference.step import loss_and_gradient

BAR = 1e-10
OWN_ROUNDING = 1e-4
STEP = 1e-30


def is_computable(formula: object) -> bool:
    """Return whether a formula holds no function of a user's own."""
    known = not isinstance(formula, Function) or formula.name in FUNCTIONS
    return known and all(map(is_computable, children(formula)))


def size_of_slope(f: Activation, Z: Array, A: Array) -> Array:
    terms = magnitude(f.slope, {"z": Z, "a": A}) if is_computable(f.slope) else 1
    return np.abs(f.derivative(Z, A)) + OWN_ROUNDING * terms


def size_through(f: Activation, upstream: Array, Z: Array, A: Array) -> Array:
    """Return the size of upstream times f', the whole Jacobian for softmax."""
    if isinstance(f, RowActivation):
        return A * (upstream + (upstream * A).sum(axis=1, keepdims=True))
    return upstream * size_of_slope(f, Z, A)


def size_of_output_delta(problem: Problem, Z: Array, A: Array) -> Array:
    """Return the size of the terms of BP1."""
    loss, f, Y = problem.network.loss, problem.network.layers[-1].activation, problem.data.Y
    if pair := loss.paired(f):
        # A - Y; for poisson of a softplus sigmoid(z) - y sigmoid(z) / softplus(z), both factors below 1.
        return np.abs(Y) + (np.abs(A) if pair.delta is shortcut else 1)
    if loss.constants:
        return size_through(f, np.ones_like(A), Z, A)  # pinball: a slope is between -1 and 1
    values = {"a": A, "y": Y, "d": Y.shape[1]}
    return size_through(f, np.broadcast_to(magnitude(loss.slope, values), A.shape), Z, A)


def sizes(problem: Problem) -> tuple[float, Array]:
    """Return S of the loss and of every entry of the gradient: BP1 to BP4 on absolute values."""
    network, params, data, L = problem.network, problem.parameters, problem.data, problem.network.depth
    tape = forward_pass(network, params, data.X, problem.masks)
    delta = data.weigh(size_of_output_delta(problem, tape.Z[L], tape.A[L])) / data.normalizer
    size = Parameters(params.layout, np.empty_like(params.theta))
    for l in range(L, 0, -1):
        size.W[l][...] = np.abs(tape.passed_on(l - 1)).T @ delta
        if size.b[l] is not None:
            size.b[l][...] = delta.sum(axis=0) if network.layer(l).bias == "per_unit" else delta.sum()
        if network.layer(l).train_weights:
            size.W[l][...] += np.abs(problem.penalty.derivative(np.abs(params.W[l])))
        if l > 1:
            upstream = delta @ np.abs(params.W[l]).T
            mask = tape.mask(l - 1)
            upstream = upstream if mask is None else upstream * mask
            delta = size_through(network.layer(l - 1).activation, upstream, tape.Z[l - 1], tape.A[l - 1])
    return size_of_loss(problem, tape.Z[L], tape.A[L]), size.theta


def size_of_loss(problem: Problem, Z: Array, A: Array) -> float:
    """Return the sum of the absolute terms of the loss; log a counts as z where it comes from z."""
    loss, data, output = problem.network.loss, problem.data, problem.network.layers[-1].activation
    if loss.paired(output):
        rows = np.abs(A) + (np.abs(data.Y) + 1) * (1 + np.abs(Z).max(axis=1, keepdims=True))
    elif loss.constants:
        rows = np.abs(A) + np.abs(data.Y)
    else:
        rows = np.broadcast_to(magnitude(loss.formula, {"a": A, "y": data.Y, "d": A.shape[1]}), A.shape)
    penalties = [
        problem.penalty.value(problem.parameters.W[l]).sum()
        for l in range(1, problem.network.depth + 1)
        if problem.network.layer(l).train_weights
    ]
    return float(data.weigh(rows).sum() / data.normalizer + sum(penalties))


def by_complex_step(problem: Problem) -> tuple[float, Array]:
    """Return our own loss, and its derivative by a tiny imaginary step along each parameter."""
    theta = problem.parameters.theta
    gradient = np.empty_like(theta)
    for i in range(theta.size):
        moved = theta.astype(complex)
        moved[i] += STEP * 1j
        there = problem.with_theta(moved)
        loss = loss_of(there.network, there.parameters, there.data, there.penalty, there.masks)
        gradient[i] = loss.imag / STEP
    return float(loss.real), gradient


def by_autograd(problem: Problem) -> tuple[float, Array]:
    """Return the loss restated, and its derivative by HIPS autograd."""
    with np.errstate(over="ignore"):  # its derivative of tanh divides by cosh^2, which may be infinite
        return autograd_witness.loss_and_gradient(problem.parameters.theta, problem.case())


WITNESSES = {"autograd": by_autograd, "the complex step": by_complex_step}


def place(problem: Problem, entry: int) -> str:
    """Say which parameter an entry of the flat vector is."""
    for block in problem.parameters.layout.blocks:
        if block.start <= entry < block.stop:
            inside = np.unravel_index(entry - block.start, block.shape)
            return f"{block.letter}[{block.layer}]{[int(i) for i in inside]}"
    raise AssertionError(entry)


def assert_same(problem: Problem, witness: str, loss: float, gradient: Array) -> None:
    """Raise AssertionError, and name the parameter, where a witness disagrees."""
    size_of_loss, size_of_gradient = sizes(problem)
    other_loss, other_gradient = WITNESSES[witness](problem)
    error = np.abs(gradient - other_gradient)
    assert np.isfinite(error).all(), f"{witness}: a gradient that is not finite"
    wrong = np.flatnonzero(error > BAR * size_of_gradient)
    assert len(wrong) == 0, (
        f"{witness} says d/d{place(problem, wrong[0])} = {other_gradient[wrong[0]]!r}, ours is "
        f"{gradient[wrong[0]]!r}, S is {size_of_gradient[wrong[0]]:.3g}; {problem.network}"
    )
    assert abs(loss - other_loss) <= BAR * size_of_loss, (
        f"{witness} says the loss is {other_loss!r}, ours is {loss!r}; {problem.network}"
    )


def check_gradient(problem: Problem) -> None:
    """Raise AssertionError unless both witnesses agree with our loss and gradient."""
    loss, gradient = loss_and_gradient(
        problem.network, problem.parameters, problem.data, problem.penalty, problem.masks
    )
    for witness in WITNESSES:
        assert_same(problem, witness, float(loss), gradient.theta)
