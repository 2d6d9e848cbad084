"""Who is timed: each as its experts would write it, doing the same work.

A contestant is prepared for a workload once, outside the clock; what it returns is a fit, which starts
from the same weights each time and returns those it ends with. `inputs by outputs` matrices throughout.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from chainrule.bench.workloads import Workload
from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.network.optimizers import Adam, GradientDescent, Momentum

Weights: TypeAlias = tuple[Sequence[Array], Sequence[Array]]
Fit: TypeAlias = Callable[[], Weights]
Prepare: TypeAlias = Callable[[Workload, int], Fit]


def chainrule(workload: Workload, threads: int) -> Fit:
    """Return a fit by this package's compiled engine, with MKL where it is installed."""
    X, Y = workload.data()
    network, start = workload.network, workload.start

    def fit() -> Weights:
        model = Model(network, start)
        model.fit(
            X,
            Y,
            optimizer=workload.optimizer,
            epochs=workload.epochs,
            batch_size=workload.batch,
            engine="compiled",
            n_threads=threads,
        )
        weights, biases = model.parameters.to_arrays(orientation="from_to")
        return weights, [b for b in biases if b is not None]

    return fit


def chainrule_scipy(workload: Workload, threads: int) -> Fit:
    """Return the same with SciPy's BLAS: what the default install does."""
    from chainrule.engine import blas

    blas.mkl_library = cache(lambda: None)  # as if it were not installed
    blas.mkl.cache_clear()
    return chainrule(workload, threads)


def scikit_learn(workload: Workload, threads: int) -> Fit:
    """Return a fit by scikit-learn's MLP; it draws its own first weights, and has no sigmoid for numbers."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from threadpoolctl import threadpool_limits

    warnings.simplefilter("ignore", ConvergenceWarning)
    X, Y = workload.data()
    optimizer = workload.optimizer
    settings: dict[str, Any] = {"solver": "adam"}
    if isinstance(optimizer, Momentum):
        settings = {"solver": "sgd", "momentum": optimizer.momentum, "nesterovs_momentum": optimizer.nesterov}
    elif isinstance(optimizer, GradientDescent):
        settings = {"solver": "sgd", "momentum": 0.0}
    kind = MLPRegressor if workload.task == "numbers" else MLPClassifier
    target = Y.argmax(axis=1) if workload.task == "classes" else Y[:, 0] if Y.shape[1] == 1 else Y
    hidden = {"sigmoid": "logistic"}.get(workload.hidden, workload.hidden)

    def fit() -> Weights:
        mlp = kind(
            hidden_layer_sizes=workload.sizes[1:-1],
            activation=hidden,
            alpha=0.0,
            batch_size=workload.batch,
            learning_rate_init=optimizer.learning_rate,
            max_iter=workload.epochs,
            n_iter_no_change=workload.epochs + 1,
            tol=0.0,
            random_state=1,
            **settings,
        )
        with threadpool_limits(threads):
            mlp.fit(X, target)
        return mlp.coefs_, mlp.intercepts_

    return fit


def _torch(workload: Workload, threads: int, compiled: bool) -> Fit:
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    functions = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    hidden = functions[workload.hidden]
    X_, Y_ = workload.data()
    X, Y = torch.from_numpy(X_), torch.from_numpy(Y_)
    classes = Y.argmax(dim=1)
    start = workload.start
    weights, biases = start.to_arrays(orientation="to_from")
    first = [torch.from_numpy(W) for W in weights], [torch.from_numpy(b) for b in biases]

    class Net(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            sizes = zip(workload.sizes, workload.sizes[1:], strict=False)
            self.layers = torch.nn.ModuleList(
                torch.nn.Linear(before, after, dtype=X.dtype) for before, after in sizes
            )

        def forward(self, A: Any) -> Any:
            for layer in self.layers[:-1]:
                A = hidden(layer(A))
            A = self.layers[-1](A)
            return torch.sigmoid(A) if workload.output == "sigmoid" else A

    def loss_of(outputs: Any, wanted: Any) -> Any:
        if workload.task == "classes":
            return torch.nn.functional.cross_entropy(outputs, wanted)
        if workload.task == "label":
            return torch.nn.functional.binary_cross_entropy_with_logits(outputs, wanted)
        return 0.5 * torch.nn.functional.mse_loss(outputs, wanted, reduction="sum") / len(outputs)

    targets = classes if workload.task == "classes" else Y
    net = Net()
    step_loss = lambda rows, wanted: loss_of(net(rows), wanted)  # noqa: E731
    if compiled:
        step_loss = torch.compile(step_loss)

    def fit() -> Weights:
        with torch.no_grad():
            for layer, W, b in zip(net.layers, *first, strict=True):
                layer.weight.copy_(W)
                layer.bias.copy_(b)
        rule = workload.optimizer
        if isinstance(rule, Adam):
            steps = torch.optim.Adam(net.parameters(), lr=rule.learning_rate, fused=True)
        else:
            momentum = rule.momentum if isinstance(rule, Momentum) else 0.0
            steps = torch.optim.SGD(net.parameters(), lr=rule.learning_rate, momentum=momentum, fused=True)
        for _ in range(workload.epochs):
            order = torch.randperm(workload.rows)
            for batch in order.split(workload.batch):
                loss = step_loss(X[batch], targets[batch])
                steps.zero_grad(set_to_none=True)
                loss.backward()
                steps.step()
        weights = [layer.weight.detach().numpy().T.copy() for layer in net.layers]
        return weights, [layer.bias.detach().numpy().copy() for layer in net.layers]

    return fit


def torch_eager(workload: Workload, threads: int) -> Fit:
    """Return a fit by PyTorch, line after line."""
    return _torch(workload, threads, compiled=False)


def torch_compile(workload: Workload, threads: int) -> Fit:
    """Return a fit by PyTorch with the loss compiled."""
    return _torch(workload, threads, compiled=True)


def jax_scan(workload: Workload, threads: int) -> Fit:
    """Return a fit by JAX, the whole of it one compiled scan; it takes every core, or one."""
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax

    jax.config.update("jax_enable_x64", workload.precision == "float64")
    import jax.numpy as jnp

    functions = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}
    hidden = functions[workload.hidden]
    X, Y = map(jnp.asarray, workload.data())
    n, batch, rule = workload.rows, workload.batch, workload.optimizer
    whole, left = divmod(n, batch)

    def loss_of(params: Any, rows: Any, wanted: Any) -> Any:
        A = rows
        for W, b in params[:-1]:
            A = hidden(A @ W + b)
        Z = A @ params[-1][0] + params[-1][1]
        if workload.task == "classes":
            return -(wanted * jax.nn.log_softmax(Z)).sum() / len(rows)
        if workload.task == "label":
            return (jax.nn.softplus(Z) - wanted * Z).sum() / len(rows)
        Z = jax.nn.sigmoid(Z) if workload.output == "sigmoid" else Z
        return 0.5 * ((Z - wanted) ** 2).sum() / len(rows)

    def step(state: Any, rows: Any) -> Any:
        params, m, v, t = state
        loss, gradient = jax.value_and_grad(loss_of)(params, X[rows], Y[rows])
        t = t + 1
        if isinstance(rule, Adam):
            m = jax.tree.map(lambda m, g: rule.beta1 * m + (1 - rule.beta1) * g, m, gradient)
            v = jax.tree.map(lambda v, g: rule.beta2 * v + (1 - rule.beta2) * g * g, v, gradient)
            rate = rule.learning_rate / (1 - rule.beta1**t)
            scale = 1 / (1 - rule.beta2**t)
            along = jax.tree.map(lambda m, v: rate * m / (jnp.sqrt(v * scale) + rule.epsilon), m, v)
        elif isinstance(rule, Momentum):
            m = jax.tree.map(lambda m, g: rule.momentum * m + g, m, gradient)
            along = jax.tree.map(lambda m: rule.learning_rate * m, m)
        else:
            along = jax.tree.map(lambda g: rule.learning_rate * g, gradient)
        return (jax.tree.map(jnp.subtract, params, along), m, v, t), loss

    def epoch(state: Any, key: Any) -> Any:
        order = jax.random.permutation(key, n) if n > 1 else jnp.arange(n)
        state, losses = jax.lax.scan(step, state, order[: whole * batch].reshape(whole, batch))
        if left:
            state, _ = step(state, order[whole * batch :])
        return state, losses[-1]

    @jax.jit
    def train(params: Any, key: Any) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, params)
        none = () if isinstance(rule, GradientDescent) else zeros
        state = (params, none, zeros if isinstance(rule, Adam) else (), jnp.zeros((), X.dtype))
        return jax.lax.scan(epoch, state, jax.random.split(key, workload.epochs))[0][0]

    start = workload.start
    params = [(jnp.asarray(W), jnp.asarray(b)) for W, b in zip(start.W, start.b, strict=True)]

    def fit() -> Weights:
        learned = jax.block_until_ready(train(params, jax.random.key(1)))
        return [np.asarray(W) for W, _ in learned], [np.asarray(b) for _, b in learned]

    return fit


CONTESTANTS: dict[str, tuple[Prepare, str]] = {
    "chainrule": (chainrule, "numba"),
    "chainrule, SciPy's BLAS": (chainrule_scipy, "numba"),
    "scikit-learn": (scikit_learn, "sklearn"),
    "torch": (torch_eager, "torch"),
    "torch.compile": (torch_compile, "torch"),
    "JAX": (jax_scan, "jax"),
}
PEERS = ("scikit-learn", "torch", "torch.compile", "JAX")
