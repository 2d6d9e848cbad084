"""The complex steps in stacks are those of the whole network, one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.check import complex_steps as room
from chainrule.check.complex_steps import STEP, along, complex_steps
from chainrule.reference.forward import loss_of


def one_by_one(network, parameters, data, penalty):
    found = np.empty_like(parameters.theta)
    for entry in range(found.size):
        theta = parameters.theta.astype(np.complex128)
        theta[entry] += 1j * STEP
        found[entry] = loss_of(network, parameters.like(theta), data, penalty).imag / STEP
    return found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data(), stack=st.sampled_from([1, 7, 1 << 17]))
def test_of_any_network_penalty_and_rows(data, stack, tasks):
    task = data.draw(tasks(spread=0.6))
    before, room.STACK = room.STACK, stack
    try:
        with np.errstate(all="ignore"):
            found = complex_steps(task.network, task.parameters, task.data, task.penalty)
            wanted = one_by_one(task.network, task.parameters, task.data, task.penalty)
    finally:
        room.STACK = before
    size = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
    np.testing.assert_allclose(found.theta, wanted, rtol=1e-9, atol=1e-12 * size)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(data=st.data())
def test_along_a_direction_it_is_their_sum(data, tasks):
    task = data.draw(tasks(spread=0.3))
    direction = np.random.default_rng(0).normal(size=task.parameters.theta.size)
    with np.errstate(all="ignore"):
        steps = complex_steps(task.network, task.parameters, task.data, task.penalty).theta
        found = along(task.network, task.parameters, task.data, task.penalty, direction)
    if np.isfinite(steps).all():
        np.testing.assert_allclose(found, steps @ direction, rtol=1e-9, atol=1e-12 * np.abs(steps).sum())
