"""Experiments with a tutorial's own network: whether it learns, what a product costs, what it has."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainrule.network.optimizers import GradientDescent
from chainrule.network.parameters import Parameters
from chainrule.trace.matrix import Form, Matrices

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial


class Outcome(NamedTuple):
    """What came of an experiment: whether the claim holds, and what was found, in words."""

    holds: bool
    found: str


def learns(tutorial: "Tutorial") -> Outcome:
    """Train as the tutorial does: the loss falls, and the outputs come closer to the targets."""
    X, Y = tutorial.training_rows()
    before, model = tutorial.model, tutorial.trained()
    losses = before.loss(X, Y), model.loss(X, Y)
    off = [float(np.abs(each.predict(X) - Y).max()) for each in (before, model)]
    found = f"loss {losses[0]:.6g} to {losses[1]:.6g}, largest error {off[0]:.4g} to {off[1]:.4g}"
    return Outcome(losses[1] < losses[0] and off[1] < off[0], f"{found} in {tutorial.epochs:,} epochs")


def every_round_is_better(tutorial: "Tutorial") -> Outcome:
    """Train as the tutorial does: the loss is lower after every epoch, also with ten times the rate."""
    found = []
    for rate in (tutorial.optimizer.learning_rate, 10 * tutorial.optimizer.learning_rate):
        try:
            history = tutorial.trained(optimizer=GradientDescent(rate), epochs=10).history
            losses = np.array([]) if history is None else history.loss
        except ArithmeticError:
            losses = np.array([0.0, np.inf])
        found.append((rate, bool(np.all(np.diff(losses) < 0))))
    holds = all(falls for _, falls in found)
    said = ", ".join(
        f"learning rate {rate:g}: {'falls' if falls else 'does not fall'} every time" for rate, falls in found
    )
    return Outcome(holds, said)


def first_step_helps_each_output(tutorial: "Tutorial") -> Outcome:
    """Take one step: every output is closer to its target, and the loss of each lower."""
    trace = tutorial.trace()
    L = trace.network.depth
    before, after = trace.array("loss_term", L)[0], trace.array("loss_term_after", L)[0]
    found = ", ".join(f"{a:.6g} to {b:.6g}" for a, b in zip(before, after, strict=True))
    return Outcome(bool(np.all(after < before)), f"the losses of the outputs: {found}")


def first_step_lowers_the_loss(tutorial: "Tutorial") -> Outcome:
    """Take one step: the loss is lower."""
    trace = tutorial.trace()
    L = trace.network.depth
    before, after = float(trace.array("loss", L)), float(trace.array("loss_after", L))
    return Outcome(after < before, f"loss {before:.9g} to {after:.9g}")


def every_gradient_is_right(tutorial: "Tutorial") -> Outcome:
    """Compare every gradient of the backward pass with the derivative of the loss by a complex step."""
    report = tutorial.model.check_gradients(tutorial.X, tutorial.Y)
    count = report.analytic.theta.size
    return Outcome(
        report.passed,
        f"{count} derivatives against the complex step: {'all right' if report.passed else 'not all right'}",
    )


def bias_moves_the_origin(tutorial: "Tutorial") -> Outcome:
    """Ask a network without biases for inputs of 0: no weights change its answer."""
    from chainrule.model import Model
    from chainrule.network.network import Network

    origin = np.zeros((1, tutorial.network.sizes[0]))
    net = Network.dense(tutorial.network.sizes, hidden="tanh", output="tanh", bias="none")
    without = {float(Model(net, seed=seed).predict(origin)[0, 0]) for seed in range(5)}
    own = tutorial.model.predict(origin)[0]
    answers = f"{sorted(without)} for any weights; with them {own.round(4).tolist()}"
    said = f"without biases tanh units answer {answers}"
    return Outcome(without == {0.0} and bool(own.any()), said)


def without_activation_it_is_one_matrix(tutorial: "Tutorial") -> Outcome:
    """Leave out the activations: the layers are one matrix. With them, outputs stay between 0 and 1."""
    weights, _ = tutorial.parameters.to_arrays(orientation="from_to")
    X = np.random.default_rng(0).normal(size=(5, tutorial.network.sizes[0])) * 100
    off = float(np.abs(X @ weights[0] @ weights[1] - X @ (weights[0] @ weights[1])).max())
    outputs = tutorial.model.predict(X)
    tame = bool((outputs >= 0).all() and (outputs <= 1).all())
    return Outcome(
        off < 1e-9 and tame,
        f"two layers without it are one matrix (off by {off:.1g}); with it outputs stay in 0 to 1",
    )


def works_for_any_size(_: "Tutorial") -> Outcome:
    """Check the gradients of networks of other sizes, with the same functions and none of their own."""
    from chainrule.model import Model
    from chainrule.network.network import Network

    passed = []
    for sizes in ([2, 1], [3, 4, 2], [5, 1, 6, 2], [2, 3, 4, 5, 3]):
        net = Network.dense(sizes, hidden="sigmoid", output="sigmoid", bias="none")
        rng = np.random.default_rng(0)
        report = Model(net, seed=0).check_gradients(
            rng.normal(size=(2, sizes[0])), rng.uniform(size=(2, sizes[-1]))
        )
        passed.append(report.passed)
    return Outcome(
        all(passed), f"{sum(passed)} of {len(passed)} networks of other sizes: every gradient right"
    )


def exchanges_its_inputs(tutorial: "Tutorial") -> Outcome:
    """Train on the truth table: all four rows are learned."""
    X, Y = tutorial.training_rows()
    predicted = tutorial.trained().predict(X)
    right = int((predicted.round() == Y).all(axis=1).sum())
    return Outcome(right == len(X), f"{right} of {len(X)} rows right after {tutorial.epochs:,} epochs")


def diagonal_costs_more(tutorial: "Tutorial") -> Outcome:
    """Count the multiplications of a layer's deltas: with a diagonal matrix, and entry by entry."""
    d = tutorial.network.sizes[-1]
    wide = 100
    found = f"{d} units: {d * d} against {d}; {wide} units: {wide * wide:,} against {wide}"
    return Outcome(d * d > d, f"multiplications with the diagonal matrix against entry by entry: {found}")


def hadamard_gives_the_same(tutorial: "Tutorial") -> Outcome:
    """Compute every delta with a diagonal matrix and with the Hadamard product."""
    trace = tutorial.trace()
    forms = [Matrices(trace, Form("to_from", slopes)).values for slopes in ("hadamard", "diagonal")]
    off = [
        float(np.abs(forms[0][key] - forms[1][key]).max())
        for key in forms[0].keys() & forms[1].keys()
        if key.name == "delta"
    ]
    return Outcome(max(off) == 0, f"{len(off)} matrices of deltas, largest difference {max(off):g}")


def hand_made_products(tutorial: "Tutorial") -> Outcome:
    """Count the products that one has to derive by hand: the paths of every weight."""
    trace = tutorial.trace()
    counts = [
        trace.derive(trace.name(each)).product.paths
        for l in range(1, trace.network.depth + 1)
        for each in trace.entries("W", l)
    ]
    said = f"{sum(counts)} products for its {len(counts)} weights, up to {max(counts)} for one"
    return Outcome(max(counts) > 1, said)


def deeper_weights_have_more_paths(tutorial: "Tutorial") -> Outcome:
    """Count the paths of a weight in each layer."""
    trace = tutorial.trace()
    counts = [
        trace.derive(trace.name(next(trace.entries("W", l)))).product.paths
        for l in range(1, trace.network.depth + 1)
    ]
    return Outcome(
        counts == sorted(counts, reverse=True) and counts[0] > counts[-1], f"paths by layer: {counts}"
    )


def larger_outputs_have_larger_gradients(tutorial: "Tutorial") -> Outcome:
    """Compare gradients with the outputs that they are multiplied by."""
    trace = tutorial.trace()
    L = trace.network.depth
    a = trace.array("A", L - 1)[0]
    size = np.abs(trace.array("dW", L)).sum(axis=1)
    found = ", ".join(f"{x:.4g}: {y:.4g}" for x, y in zip(a, size, strict=True))
    same = list(np.argsort(a)) == list(np.argsort(size))
    return Outcome(same, f"output, and size of the gradients it has a part in: {found}")


def learning_rates(tutorial: "Tutorial", *rates: float) -> Outcome:
    """Train with several learning rates: each of them lowers the loss."""
    X, Y = tutorial.training_rows()
    start = tutorial.model.loss(X, Y)
    found = {}
    for rate in rates:
        try:
            found[rate] = tutorial.trained(optimizer=GradientDescent(rate), epochs=100).loss(X, Y)
        except ArithmeticError:
            found[rate] = np.inf
    said = ", ".join(f"{rate:g}: {loss:.4g}" for rate, loss in found.items())
    return Outcome(
        all(loss < start for loss in found.values()), f"loss {start:.4g}; after 100 epochs with {said}"
    )


def gradient_check_finds_a_mistake(tutorial: "Tutorial") -> Outcome:
    """Compare a right and a wrong gradient with the one-sided difference of the loss."""
    trace, model = tutorial.trace(), tutorial.model
    right = model.check_gradients(tutorial.X, tutorial.Y)
    h, theta = 1e-6, model.parameters.theta
    quotients = np.empty_like(theta)
    base = model.loss(tutorial.X, tutorial.Y)
    from chainrule.model import Model

    for place in range(theta.size):
        moved = theta.copy()
        moved[place] += h
        layout = model.parameters.layout
        quotients[place] = (
            Model(model.network, Parameters(layout, moved)).loss(tutorial.X, tutorial.Y) - base
        ) / h
    analytic = right.analytic.theta
    off, missed = np.abs(quotients - analytic).max(), np.abs(quotients - 2 * analytic).max()
    said = f"right gradient: off by {off:.1g}; a gradient twice too large: off by {missed:.2g}"
    return Outcome(bool(off < 1e-4 < missed and len(trace)), said)


def sheet_computes(tutorial: "Tutorial") -> Outcome:
    """Make the spreadsheet, and count its live formulas."""
    from chainrule.writers.options import Options
    from chainrule.writers.sheet.plan import book_of

    book = book_of(tutorial.trace(), Options(rounds=0))
    count = sum(bool(cell and cell.formula) for sheet in book.sheets for row in sheet.rows for cell in row)
    return Outcome(
        count > 0, f"the file is lost; examples/simple_neural_net.ods is made anew, with {count} formulas"
    )


def has_sample_rows(tutorial: "Tutorial") -> Outcome:
    """Read the rows that stand in the file."""
    X, Y = tutorial.training_rows()
    return Outcome(
        len(X) > 0,
        f"ours, as the file is lost: {len(X)} rows of {X.shape[1]} inputs and {Y.shape[1]} targets",
    )
