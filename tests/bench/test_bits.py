"""One SHA-256 of what is learned, whatever the number of threads, in every workload that is timed."""

import hashlib

import pytest

import chainrule as cr
from chainrule.bench.workloads import WORKLOADS
from chainrule.engine import threads


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKLOADS)
def test_the_bits_do_not_depend_on_the_threads(name, monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 64)
    workload = WORKLOADS[name]
    X, Y = workload.data()
    found = set()
    for count in (1, 2, 3, 8):
        model = cr.Model(workload.network, workload.start)
        model.fit(
            X,
            Y,
            optimizer=workload.optimizer,
            epochs=min(workload.epochs, 20),
            batch_size=workload.batch,
            engine="compiled",
            n_threads=count,
        )
        found.add(hashlib.sha256(model.parameters.theta.tobytes()).hexdigest())
    assert len(found) == 1
