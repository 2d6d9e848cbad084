"""The kernels are plain Python as well: with compilation switched off they compute the same."""

import os
import subprocess
import sys

SCRIPT = """
import numpy as np
import chainrule as cr
from numba.core import config
from tests.engine.trainings import RULES, Case, distance, network

assert config.DISABLE_JIT
cases = [
    Case(network([3, 4, 2], "sigmoid", ("squared_error", "sigmoid")), rule, steps=7, weighted=True)
    for rule in RULES
]
cases += [
    Case(network([3, 4, 3], "softmax", ("cross_entropy", "softmax"), dropout=0.3, bias="shared"), steps=4,
         clip_norm=0.1, penalty=cr.Penalty(l2=0.1, l1=0.01)),
    Case(network([60, 50, 2], "relu", ("poisson", "softplus")), cr.Adam(), rows=9, batch=4, steps=3),
    Case(network([3, 4, 2], "gelu", ("binary_cross_entropy", "sigmoid")), dtype=np.float32, steps=5),
]
for case in cases:
    wanted, _, terms = case.run_slowly()
    with np.errstate(over="ignore"):  # words of 64 bits are added modulo 2^64
        state, told = case.run_compiled()
    bound = 1e-12 if case.dtype is np.float64 else 1e-5
    assert distance(state.theta, wanted.theta, terms) < bound, case
    gradient, _ = case.compiled().gradient(wanted.theta, case.data)
    assert np.isfinite(gradient).all()
net = cr.Network.dense([3, 4, 2], hidden="mish")
model = cr.Model(net, seed=0)
X = np.random.default_rng(0).normal(size=(20, 3))
assert np.allclose(model.predict(X, engine="compiled"), model.predict(X, engine="reference"), rtol=1e-13)
print("agreed")
"""


def test_without_compilation_the_kernels_agree_with_the_reference():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
    )
    assert run.stdout == "agreed\n", run.stderr
