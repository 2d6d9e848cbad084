"""Training: the same bits for the same seed, in whatever pieces, and nothing lost on the way."""

import hashlib
import os
import re
import subprocess
import sys
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import chainrule as cr
from chainrule.reference import program
from chainrule.train import engines
from chainrule.train.training import Training

DRAW = np.random.default_rng(0)
X, Y = DRAW.normal(size=(23, 3)), DRAW.normal(size=(23, 2))
WEIGHTS = DRAW.uniform(0.5, 2, size=23)
NET = cr.Network([cr.Dense(3, 6, "tanh", dropout=0.25), cr.Dense(6, 2)], loss="squared_error")
PENALTY = cr.Penalty(0.01, 0.001)
DATA = cr.Data.of(NET, X, Y)
SIZES = pytest.mark.parametrize("batch_size", [1, 5, 23], ids=["single rows", "mini-batches", "full batch"])


def digest(theta):
    return hashlib.sha256(theta.tobytes()).hexdigest()


def start(batch_size=5, *, seed=0, network=NET, rows=(X, Y), weights=None, parameters=None, **choices):
    parameters = parameters or cr.Parameters.initial(network, seed=1)
    data = cr.Data.of(network, *rows, weights, parameters.theta.dtype)
    rule, shuffle = choices.get("optimizer", cr.Adam(0.01)), choices.get("shuffle", True)
    penalty = choices.get("penalty", PENALTY)
    return Training(
        network, parameters, data, rule, penalty, batch_size=batch_size, seed=seed, shuffle=shuffle
    )


def run(epochs, **choices):
    one = start(**choices)
    one.run(epochs)
    return one


# The same bits


@SIZES
def test_the_same_seed_gives_the_same_bits_and_another_one_others(batch_size):
    first, again, other = (run(4, batch_size=batch_size, seed=seed) for seed in (7, 7, 8))
    assert digest(first.state.theta) == digest(again.state.theta) != digest(other.state.theta)
    assert np.array_equal(first.history.step_loss, again.history.step_loss)


@SIZES
def test_fit_gives_the_bits_of_a_training(batch_size):
    model = cr.Model(NET, seed=1)
    model.fit(X, Y, optimizer=cr.Adam(0.01), epochs=4, batch_size=batch_size, seed=7, penalty=PENALTY)
    assert digest(model.parameters.theta) == digest(run(4, batch_size=batch_size, seed=7).state.theta)


def test_the_largest_seed_is_a_seed():
    run(1, seed=2**64 - 1)


def test_the_order_of_rows_follows_the_seed_and_dropout_does_too():
    """Each of the two alone: the order without dropout, dropout without an order."""
    plain = cr.Network.dense([3, 6, 2], hidden="tanh")
    for choices in ({"network": plain}, {"shuffle": False}):
        first, other = (run(2, seed=seed, **choices) for seed in (1, 2))
        assert digest(first.state.theta) != digest(other.state.theta)
    first, other = (run(2, seed=seed, network=plain, shuffle=False) for seed in (1, 2))
    assert digest(first.state.theta) == digest(other.state.theta)


@SIZES
@pytest.mark.parametrize("rule", ["gradient_descent", "momentum", "rmsprop", "adagrad", "adam", "adamw"])
def test_two_epochs_and_then_three_give_the_bits_of_five(batch_size, rule):
    from chainrule.network.optimizers import optimizer

    choices = {"batch_size": batch_size, "optimizer": optimizer(rule), "weights": WEIGHTS}
    parts, whole = run(2, **choices), run(5, **choices)
    parts.run(3)
    assert digest(parts.state.theta) == digest(whole.state.theta)
    assert np.array_equal(parts.history.step_loss, whole.history.step_loss)
    assert parts.epoch == whole.epoch == 5


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_training_takes_up_the_optimizer_of_an_earlier_one_in_the_middle_of_its_count(engine):
    choices = {"batch_size": 5, "seed": 0, "shuffle": False, "engine": engine}
    whole = Training(NET, cr.Parameters.initial(NET, seed=1), DATA, cr.Adam(0.01), PENALTY, **choices)
    whole.run_steps(3)
    first = whole.state
    later = Training(
        NET, whole.learned, DATA.rows(slice(15, 23)), cr.Adam(0.01), PENALTY, state=first, **choices
    )
    assert later.state.step == 3  # which dropout and Adam count on from
    later.run(1)
    whole.run_steps(2)
    assert digest(later.state.theta) == digest(whole.state.theta)
    assert later.epoch == 1


@pytest.mark.parametrize("most", [1, 2, 7, 500])
def test_the_bits_do_not_depend_on_how_often_somebody_looks(most, monkeypatch):
    whole = run(3)
    monkeypatch.setattr(program, "MOST_STEPS_BETWEEN_LOOKS", most)
    looks = []
    pieces = start()
    pieces.run(3, lambda one: looks.append(one.state.step))
    assert looks == [*range(most, 15, most), 15]
    assert digest(pieces.state.theta) == digest(whole.state.theta)
    assert np.array_equal(pieces.history.step_loss, whole.history.step_loss)


def test_a_large_network_is_looked_at_after_every_step():
    assert start(network=cr.Network.dense([3, 100_000, 2]), batch_size=23).program.stride == 1
    assert start().program.stride > 1


def test_a_batch_larger_than_the_data_is_the_full_batch():
    full, larger = run(3, batch_size=23), run(3, batch_size=10**30)
    assert digest(full.state.theta) == digest(larger.state.theta)
    assert np.array_equal(full.history.loss, larger.history.loss)
    assert larger.history.loss.dtype == np.float64


PRINT_BITS = """
import hashlib, numpy as np, chainrule as cr
draw = np.random.default_rng(0)
X, Y = draw.normal(size=(23, 3)), draw.normal(size=(23, 2))
net = cr.Network.dense([3, 40, 2], hidden="gelu", dropout=0.25)
model = cr.Model(net, seed=1).fit(X, Y, epochs=3, batch_size=5, seed=7)
print(hashlib.sha256(model.parameters.theta.tobytes() + model.predict(X).tobytes()).hexdigest())
"""


def test_another_process_gives_the_same_bits_whatever_its_hash_seed_and_threads():
    printed = set()
    for hash_seed, threads, options in (("0", "1", []), ("1", "2", ["-O"])):
        surroundings = {**os.environ, "PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, *options, "-c", PRINT_BITS]
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
        printed.add(done.stdout)
    assert len(printed) == 1


# One thread


def blas_threads():
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


class Watched:
    """An activation, the identity, that notes how many threads BLAS has while it is computed."""

    def __init__(self):
        self.seen = []
        self.network = cr.Network.dense([3, 2], output=(self.value, np.ones_like))

    def value(self, z):
        self.seen += blas_threads()
        return z


@pytest.fixture
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        assert set(blas_threads()) == {2}
        yield


@pytest.mark.usefixtures("two_threads")
def test_blas_has_one_thread_during_fit_and_predict_and_its_own_after():
    watched = Watched()
    model = cr.Model(watched.network)
    for verb in (lambda: model.fit(X, Y, epochs=1), lambda: model.predict(X)):
        watched.seen.clear()
        verb()
        assert set(watched.seen) == {1}
        assert set(blas_threads()) == {2}


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("error", [KeyboardInterrupt, cr.DivergenceError("it diverged"), ValueError])
def test_blas_gets_its_threads_back_when_something_goes_wrong(error):
    def stop(z):
        assert set(blas_threads()) == {1}
        raise error

    model = cr.Model(cr.Network.dense([3, 2], output=(stop, stop)))
    for verb in (lambda: model.fit(X, Y, epochs=1), lambda: model.predict(X)):
        with pytest.raises((KeyboardInterrupt, cr.DivergenceError, ValueError)):
            verb()
        assert set(blas_threads()) == {2}


def test_models_fitted_in_several_threads_at_once_get_their_own_bits():
    wanted = {seed: digest(run(20, seed=seed).state.theta) for seed in range(4)}
    found = {}

    def work(seed):
        found[seed] = digest(run(20, seed=seed).state.theta)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == wanted


# Interrupted


def test_an_interrupt_while_somebody_looks_keeps_what_was_learned(monkeypatch):
    monkeypatch.setattr(program, "MOST_STEPS_BETWEEN_LOOKS", 3)
    one = start(shuffle=False)

    def stop(training):
        if training.state.step == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one.run(4, stop)
    assert one.state.step == len(one.history.step_loss) == 9
    one.run(1)
    assert one.state.step == 14


class InterruptedProgram:
    """A program whose third piece is interrupted."""

    def __init__(self, *given):
        self.program, self.calls = reference_prepare(*given), 0
        self.engine, self.stride = self.program.engine, self.program.stride

    def start(self, theta, seed):
        return self.program.start(theta, seed)

    def run(self, *given):
        self.calls += 1
        if self.calls == 3:
            raise KeyboardInterrupt
        return self.program.run(*given)


reference_prepare = program.prepare


def test_an_interrupted_fit_keeps_what_was_learned(monkeypatch):
    monkeypatch.setattr(program, "MOST_STEPS_BETWEEN_LOOKS", 5)
    monkeypatch.setattr(engines, "prepare_reference", InterruptedProgram)
    model = cr.Model(NET, seed=1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, optimizer=cr.Adam(0.01), epochs=4, batch_size=5, seed=7, penalty=PENALTY)
    monkeypatch.undo()
    wanted = run(2, seed=7)
    assert digest(model.parameters.theta) == digest(wanted.state.theta)
    assert np.array_equal(model.history.loss, wanted.history.loss)
    assert len(model.fit(X, Y, epochs=1).history) == 1


def test_an_interrupt_at_any_instant_leaves_a_model_that_can_go_on(monkeypatch):
    """Interrupted in the n-th evaluation, for n = 1, 2, 3 ... until the fit gets to its end."""
    monkeypatch.setattr(program, "MOST_STEPS_BETWEEN_LOOKS", 2)
    whole = {}
    reference = start(5, network=watched_network(lambda: None), shuffle=False)
    whole[0] = digest(reference.state.theta)
    reference.run(3, lambda one: whole.update({one.state.step: digest(one.state.theta)}))

    for instant in range(1, 1000):
        left = iter(range(instant))

        def count(left=left):
            if next(left, None) is None:
                raise KeyboardInterrupt

        model = cr.Model(watched_network(count), seed=1)
        choices = {"optimizer": cr.Adam(0.01), "batch_size": 5, "shuffle": False, "penalty": PENALTY}
        try:
            model.fit(X, Y, epochs=3, **choices)
        except KeyboardInterrupt:
            assert whole[len(model.history.step_loss)] == digest(model.parameters.theta)
        else:
            break
    assert instant == 2 * 15  # value and derivative in each step, and not one of them was spared
    assert digest(model.parameters.theta) == whole[15]


def watched_network(look):
    def value(z):
        look()
        return np.tanh(z)

    def derivative(z):
        look()
        return 1 / np.cosh(z) ** 2

    return cr.Network.dense([3, 4, 2], hidden=(value, derivative))


# Diverged

ONE = cr.Network.dense([1, 1], loss="half_squared_error")
TWO = cr.Network.dense([1, 1, 1], hidden="identity", loss="half_squared_error")
NOT_FINITE = "a number that is not finite in"


def parameters_of(network, *weights):
    return cr.Parameters.from_arrays(network, [[[w]] for w in weights], orientation="from_to")


@pytest.mark.parametrize(
    ("network", "weights", "rows", "rate", "place"),
    [
        (ONE, [1e200], [[1.0]], 0.1, f"batch 1: {NOT_FINITE} the loss (inf)"),
        (ONE, [1e150], [[1.0]], 1e200, f"batch 1: {NOT_FINITE} the update"),
        (
            ONE,
            [1e200],
            [[0.0], [0.0], [1e200]],
            0.1,
            "batch 3: a number that is not finite in layer 1, unit 0",
        ),
        (TWO, [1e200, 1e200], [[0.0], [1.0]], 0.1, "batch 2: a number that is not finite in layer 2, unit 0"),
    ],
)
def test_a_divergence_names_epoch_batch_and_layer(network, weights, rows, rate, place):
    model = cr.Model(network, parameters_of(network, *weights))
    rule = cr.GradientDescent(rate)
    with pytest.raises(cr.DivergenceError) as caught:
        model.fit(rows, np.zeros_like(rows), optimizer=rule, batch_size=1, shuffle=False)
    told = str(caught.value)
    where = re.escape(f"training diverged in epoch 1, {place}, when the largest")
    assert re.fullmatch(rf"{where} \w+ was 1e\+\d+; try a smaller learning rate", told)


def test_the_unit_is_named_as_well():
    net = cr.Network.dense([1, 3])
    model = cr.Model(net, cr.Parameters.from_arrays(net, [[[0.0, 1e200, 0.0]]], orientation="from_to"))
    with pytest.raises(cr.DivergenceError, match="layer 1, unit 1"):
        model.fit([[1e200]], [[0, 0, 0]])


def test_a_divergence_in_a_later_epoch_keeps_the_last_good_parameters_and_every_loss():
    model = cr.Model(ONE, parameters_of(ONE, 1.0))
    choices = {"optimizer": cr.GradientDescent(1e3), "batch_size": 1, "shuffle": False}
    with pytest.raises(cr.DivergenceError, match=r"in epoch (\d+), batch (\d)") as caught:
        model.fit([[1.0], [2.0]], [[0.0], [0.0]], epochs=1000, **choices)
    steps = caught.value.state.step
    epoch, batch = steps // 2 + 1, steps % 2 + 1
    assert epoch > 10
    assert f"in epoch {epoch}, batch {batch}:" in str(caught.value)
    assert digest(model.parameters.theta) == digest(caught.value.state.theta)
    assert np.isfinite(model.parameters.theta).all()
    assert len(model.history.step_loss) == steps
    assert np.isfinite(model.history.step_loss).all()

    alone = cr.Model(ONE, parameters_of(ONE, 1.0))
    alone.fit([[1.0], [2.0]], [[0.0], [0.0]], epochs=epoch - 1, **choices)
    assert np.array_equal(alone.history.step_loss, model.history.step_loss[: 2 * (epoch - 1)])


def test_a_training_that_diverged_stands_at_its_last_good_step():
    rows = ([[1.0], [2.0]], [[0.0], [0.0]])
    one = start(
        1, network=ONE, rows=rows, optimizer=cr.GradientDescent(1e3), parameters=parameters_of(ONE, 1.0)
    )
    with pytest.raises(cr.DivergenceError) as caught:
        one.run(1000)
    assert one.state.step == caught.value.state.step == len(one.history.step_loss)
    with pytest.raises(cr.DivergenceError) as again:
        one.run(1)
    assert str(again.value) == str(caught.value)


@pytest.mark.parametrize("epochs", [-1, 1.5, True, "3", None])
def test_a_wrong_number_of_epochs_is_refused_and_nothing_is_run(epochs):
    one = start()
    before = digest(one.state.theta)
    with pytest.raises(cr.InvalidValueError, match=r"epochs was .* a whole number, 0 or above"):
        one.run(epochs)
    assert (one.state.step, digest(one.state.theta)) == (0, before)
