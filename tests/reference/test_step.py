import numpy as np
import pytest
from problems import probe
from witnesses import sizes

from chainrule.network import rows as rows_module
from chainrule.network.optimizers import Adam, GradientDescent
from chainrule.network.parameters import ByLayer
from chainrule.network.penalties import Penalty
from chainrule.reference import step as step_module
from chainrule.reference.backward import backward
from chainrule.reference.forward import forward, loss_of
from chainrule.reference.step import loss_and_gradient, masks_of, shard, training_step
from chainrule.reference.update import init, update

PENALTY = Penalty(l2=0.1, l1=0.05)


def several_shards(**options):
    """Return a problem of 150 rows: two whole shards of 64 and one of 22."""
    problem = probe(rows=150, **options)
    assert rows_module.shard_rows(problem.network.sizes, np.float64) == 64
    return problem


def test_a_step_is_the_loss_then_the_gradient_then_the_update():
    problem, rule = probe(weighted=True, dropout=0.5), Adam(0.01)
    network, params = problem.network, problem.parameters
    took = training_step(network, params, problem.data, rule, PENALTY, masks=problem.masks)
    assert took.loss == loss_of(network, params, problem.data, PENALTY, problem.masks)
    _, gradient = loss_and_gradient(network, params, problem.data, PENALTY, problem.masks)
    assert np.array_equal(took.gradient.theta, gradient.theta)
    after, slots = update(rule, params, gradient, init(rule, params.theta), t=1)
    assert np.array_equal(took.parameters.theta, after.theta)
    assert all(np.array_equal(took.slots[name], slots[name]) for name in ("m", "v"))


def test_a_step_goes_on_from_slots_and_t():
    problem, rule = probe(), Adam(0.01)
    first = training_step(problem.network, problem.parameters, problem.data, rule, PENALTY)
    second = training_step(
        problem.network, first.parameters, problem.data, rule, PENALTY, slots=first.slots, t=2
    )
    after, _ = update(rule, first.parameters, second.gradient, first.slots, t=2)
    assert np.array_equal(second.parameters.theta, after.theta)
    assert second.loss < first.loss


def test_every_gradient_is_taken_at_the_old_weights():
    problem = probe()
    took = training_step(problem.network, problem.parameters, problem.data, GradientDescent(0.5), Penalty())
    tape = forward(problem.network, problem.parameters, problem.data.X)
    grads = backward(problem.network, problem.parameters, tape, problem.data.Y)
    assert np.array_equal(took.gradient.theta, grads.theta)
    assert np.array_equal(took.parameters.theta, problem.parameters.theta - 0.5 * grads.theta)


def test_nothing_is_changed_in_place():
    problem, rule = probe(weighted=True, dropout=0.5), Adam(0.01)
    slots = init(rule, problem.parameters.theta)
    arrays = [problem.parameters.theta, *problem.data, *slots.values()]
    before = [array.tobytes() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    training_step(
        problem.network, problem.parameters, problem.data, rule, PENALTY, slots=slots, masks=problem.masks
    )
    assert [array.tobytes() for array in arrays] == before


# Shards.


@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradient_of_a_large_batch_is_the_sum_of_its_shards_in_order(weighted):
    problem = several_shards(weighted=weighted)
    network, params, data = problem.network, problem.parameters, problem.data
    n = data.normalizer
    parts = [shard(network, params, data.rows(slice(*ends)), n) for ends in ((0, 64), (64, 128), (128, 150))]
    loss, gradient = loss_and_gradient(network, params, data, Penalty())
    assert np.array_equal(gradient.theta, (parts[0][0] + parts[1][0]) + parts[2][0])
    assert loss == ((parts[0][1] + parts[1][1]) + parts[2][1]) / n


@pytest.mark.parametrize("weighted", [False, True])
def test_shards_add_up_to_the_gradient_of_the_whole(weighted):
    problem = several_shards(weighted=weighted, dropout=0.4)
    network, params, data = problem.network, problem.parameters, problem.data
    tape = forward(network, params, data.X, problem.masks)
    whole = backward(network, params, tape, data.Y, data.row_weights)
    loss, gradient = loss_and_gradient(network, params, data, Penalty(), problem.masks)
    _size_of_loss, size = sizes(problem)
    assert (np.abs(gradient.theta - whole.theta) <= 1e-14 * size).all()
    assert loss == pytest.approx(loss_of(network, params, data, Penalty(), problem.masks), rel=1e-14)


def test_the_penalty_is_added_once_whatever_the_shards():
    problem = several_shards()
    network, params, data = problem.network, problem.parameters, problem.data
    loss, gradient = loss_and_gradient(network, params, data, Penalty())
    with_it, penalized = loss_and_gradient(network, params, data, PENALTY)
    for l in range(1, 4):
        assert np.allclose(penalized.W[l] - gradient.W[l], PENALTY.derivative(params.W[l]), rtol=1e-10)
        assert np.array_equal(penalized.b[l], gradient.b[l])
    assert with_it - loss == pytest.approx(sum(PENALTY.value(W).sum() for W in params.W))


def test_a_batch_of_one_shard_is_the_plain_backward_pass():
    problem = probe(rows=64)
    tape = forward(problem.network, problem.parameters, problem.data.X)
    _, gradient = loss_and_gradient(problem.network, problem.parameters, problem.data, Penalty())
    whole = backward(problem.network, problem.parameters, tape, problem.data.Y)
    assert np.array_equal(gradient.theta, whole.theta)


def test_every_shard_has_its_rows_of_the_masks():
    problem = several_shards(dropout=0.5)
    some = masks_of(problem.masks, slice(64, 128))
    assert np.array_equal(some[1], problem.masks[1][64:128])
    assert some[3] is None
    assert masks_of(None, slice(0, 1)) is None
    assert isinstance(some, ByLayer)


def test_rows_that_all_weigh_nothing_have_no_gradient():
    problem = probe(rows=2, weighted=True)
    data = problem.data._replace(row_weights=np.zeros(2))
    loss, gradient = loss_and_gradient(problem.network, problem.parameters, data, Penalty())
    assert loss == 0
    assert not gradient.theta.any()


def test_the_cut_does_not_depend_on_anything_but_sizes_and_precision(monkeypatch):
    asked = []
    monkeypatch.setattr(step_module, "shard_rows", lambda sizes, dtype: asked.append((sizes, dtype)) or 64)
    problem = probe()
    loss_and_gradient(problem.network, problem.parameters, problem.data, Penalty())
    assert asked == [((3, 4, 2, 3), np.float64)]
