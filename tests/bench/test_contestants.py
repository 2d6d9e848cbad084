"""Everybody does the same work: from the same weights, without shuffling, they end at the same weights."""

import dataclasses

import numpy as np
import pytest

from chainrule.bench.contestants import CONTESTANTS
from chainrule.bench.workloads import WORKLOADS
from chainrule.network.optimizers import Adam, Momentum
from chainrule.network.parameters import Parameters

FULL = [
    dataclasses.replace(WORKLOADS["gates"], epochs=200),
    dataclasses.replace(WORKLOADS["gates"], epochs=200, optimizer=Momentum(0.1)),
    dataclasses.replace(WORKLOADS["iris"], batch=150, epochs=30, optimizer=Adam(0.01)),
    dataclasses.replace(WORKLOADS["cancer"], batch=569, epochs=10),
    dataclasses.replace(WORKLOADS["double"], batch=10_000, epochs=3),
]


def weights_of(name, workload):
    weights, biases = CONTESTANTS[name][0](workload, 1)()
    learned = Parameters.from_arrays(
        workload.network, weights, biases, orientation="from_to", dtype=np.dtype(workload.precision)
    )
    return learned.theta


@pytest.mark.parametrize(
    "workload",
    [FULL[0], *(pytest.param(each, marks=pytest.mark.slow) for each in FULL[1:])],
    ids=lambda one: f"{one.name} {one.optimizer}",
)
def test_ours_learn_what_the_reference_learns(workload):
    from chainrule.model import Model

    X, Y = workload.data()
    model = Model(workload.network, workload.start)
    model.fit(
        X,
        Y,
        optimizer=workload.optimizer,
        epochs=workload.epochs,
        batch_size=workload.batch,
        engine="reference",
    )
    assert np.abs(weights_of("chainrule", workload) - model.parameters.theta).max() < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torch", "JAX"])
@pytest.mark.parametrize("workload", FULL, ids=lambda one: f"{one.name} {one.optimizer}")
def test_peers_learn_the_same(name, workload):
    pytest.importorskip(CONTESTANTS[name][1])
    assert np.abs(weights_of(name, workload) - weights_of("chainrule", workload)).max() < 1e-4


@pytest.mark.slow
def test_scikit_learn_takes_as_many_steps_of_the_same_kind():
    """It draws its own first weights, so it is held to the loss it comes to."""
    from chainrule.model import Model

    workload = dataclasses.replace(WORKLOADS["iris"], epochs=400)
    losses = []
    for name in ("scikit-learn", "chainrule"):
        theta = weights_of(name, workload)
        model = Model(workload.network, workload.start.like(theta))
        losses.append(model.loss(*workload.data()))
    assert losses[0] == pytest.approx(losses[1], rel=0.35)


def test_every_workload_is_what_it_says():
    for workload in WORKLOADS.values():
        small = dataclasses.replace(workload, rows=min(workload.rows, 50))
        X, Y = small.data()
        assert X.dtype == Y.dtype == workload.precision
        assert (X.shape[1], Y.shape[1]) == (workload.sizes[0], workload.sizes[-1])
        assert workload.start.theta.dtype == workload.precision
        assert workload.operations > 0
        assert workload.steps == workload.epochs * -(-workload.rows // workload.batch)
