import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import Problem, examples, probe
from rule_check import RULES

from chainrule.errors import DivergenceError
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam, GradientDescent, Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, State
from chainrule.network.rows import Plan, order
from chainrule.network.schedules import InverseScaling
from chainrule.reference.forward import dropout_masks
from chainrule.reference.program import ReferenceProgram, prepare
from chainrule.reference.step import loss_and_gradient, training_step

PENALTY = Penalty(l2=0.01)


def program_of(problem: Problem, rule: Optimizer, dtype: type = np.float64) -> ReferenceProgram:
    return prepare(problem.network, rule, PENALTY, dtype, batch_rows=8)


def same_bits(one: State, other: State) -> bool:
    return (
        one.theta.tobytes() == other.theta.tobytes()
        and one.step == other.step
        and one.seed == other.seed
        and set(one.slots) == set(other.slots)
        and all(one.slots[name].tobytes() == other.slots[name].tobytes() for name in one.slots)
    )


@pytest.mark.parametrize("rule", RULES, ids=str)
@examples(12)
@given(
    rows=st.integers(1, 12),
    batch_rows=st.integers(1, 13),
    shuffle=st.booleans(),
    weighted=st.booleans(),
    dropout=st.sampled_from([0, 0.4]),
    first=st.integers(0, 9),
    rest=st.integers(0, 9),
    seed=st.integers(0, 2**63),
)
def test_a_run_in_two_parts_is_the_run_in_one(
    rule, rows, batch_rows, shuffle, weighted, dropout, first, rest, seed
):
    problem = probe(rows=rows, weighted=weighted, dropout=dropout)
    program, plan, data = program_of(problem, rule), Plan(rows, batch_rows, shuffle), problem.data
    start = program.start(problem.parameters.theta, seed)
    whole, (losses, _) = program.run(start, data, plan, first + rest)
    part, (losses_of_first, _) = program.run(start, data, plan, first)
    other = program_of(problem, rule)  # nothing is remembered but the state
    parts, (losses_of_rest, _) = other.run(part, data, plan, rest)
    assert same_bits(whole, parts)
    assert np.array_equal(losses, np.concatenate([losses_of_first, losses_of_rest]))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(rule):
    problem = probe(rows=10, dropout=0.3)
    ends = []
    for seed in (3, 3, 4):
        program = program_of(problem, rule)
        start = program.start(problem.parameters.theta, seed)
        ends.append(program.run(start, problem.data, Plan(10, 4), 7)[0])
    assert same_bits(ends[0], ends[1])
    assert ends[0].theta.tobytes() != ends[2].theta.tobytes()


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_run_is_training_steps_over_the_batches_of_the_order(rule):
    problem = probe(rows=7, weighted=True, dropout=0.3)
    network, params, slots = problem.network, problem.parameters, None
    losses = []
    for step in range(8):  # batches of 3, 3 and 1
        epoch, batch = divmod(step, 3)
        rows = problem.data.rows(order(5, epoch, [7])[batch * 3 : batch * 3 + 3])
        masks = dropout_masks(network, len(rows.X), np.dtype(float), 5, step)
        took = training_step(network, params, rows, rule, PENALTY, slots=slots, t=step + 1, masks=masks)
        params, slots = took.parameters, took.slots
        losses.append(took.loss)
    program = program_of(problem, rule)
    end, (got, _) = program.run(program.start(problem.parameters.theta, 5), problem.data, Plan(7, 3), 8)
    assert end.theta.tobytes() == params.theta.tobytes()
    assert got.tolist() == losses
    assert got.dtype == np.float64
    assert end.step == 8


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_schedule_and_a_longest_gradient_reach_every_step(rule):
    problem, longest = probe(rows=6, seed=4), 0.05
    network, params, slots, norms = problem.network, problem.parameters, None, []
    for step in range(7):
        rows = problem.data.rows(slice(step % 3 * 2, step % 3 * 2 + 2))
        rate = (1 + step / 3) ** -0.5
        took = training_step(
            network, params, rows, rule, PENALTY, slots=slots, t=step + 1, rate=rate, clip_norm=longest
        )
        params, slots = took.parameters, took.slots
        norms.append(np.linalg.norm(took.gradient.theta))
    plan = Plan(6, 2, shuffle=False, epochs=5, schedule=InverseScaling(0.5), clip_norm=longest)
    program = program_of(problem, rule)
    end, told = program.run(program.start(problem.parameters.theta, 0), problem.data, plan, 7)
    assert end.theta == pytest.approx(params.theta, rel=1e-14)
    assert told.gradient_norm == pytest.approx(norms, rel=1e-14)
    assert max(norms) > longest  # told before it was shortened


def test_without_shuffling_the_rows_come_as_they_are():
    problem = probe(rows=5)
    program = program_of(problem, GradientDescent(0.1))
    _, (losses, _) = program.run(
        program.start(problem.parameters.theta, 0), problem.data, Plan(5, 2, shuffle=False), 1
    )
    first, _ = loss_and_gradient(problem.network, problem.parameters, problem.data.rows(slice(0, 2)), PENALTY)
    assert losses.tolist() == [first]


def test_no_steps_change_nothing():
    problem = probe()
    program = program_of(problem, Adam())
    start = program.start(problem.parameters.theta, 0)
    end, (losses, _) = program.run(start, problem.data, Plan(3, 2), 0)
    assert end is start
    assert losses.shape == (0,)


def test_nothing_that_came_in_is_changed():
    problem = probe(rows=5, weighted=True, dropout=0.5)
    program = program_of(problem, Adam())
    start = program.start(problem.parameters.theta, 0)
    arrays = [start.theta, *start.slots.values(), *problem.data, problem.parameters.theta]
    before = [array.tobytes() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    end, _ = program.run(start, problem.data, Plan(5, 2), 4)
    assert [array.tobytes() for array in arrays] == before
    assert start.step == 0
    assert not any(np.shares_memory(end.theta, array) for array in arrays)


def test_the_first_state_is_a_copy():
    theta = probe().parameters.theta
    start = program_of(probe(), Adam()).start(theta, 11)
    assert not np.shares_memory(start.theta, theta)
    assert (start.step, start.seed, set(start.slots)) == (0, 11, {"m", "v"})


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_float32_stays_float32(rule):
    problem = probe(rows=6, weighted=True, dropout=0.5)
    program = program_of(problem, rule, np.float32)
    data = Data.of(problem.network, *problem.data, dtype=np.float32)
    start = program.start(problem.parameters.theta, 0)
    end, (losses, _) = program.run(start, data, Plan(6, 4), 5)
    assert {start.theta.dtype, end.theta.dtype} == {np.dtype(np.float32)}
    assert {slot.dtype for slot in end.slots.values()} <= {np.dtype(np.float32)}
    assert losses.dtype == np.float64


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_training_makes_the_loss_smaller(rule):
    problem = probe(rows=20)
    program = program_of(problem, rule)
    _, (losses, _) = program.run(program.start(problem.parameters.theta, 0), problem.data, Plan(20, 20), 60)
    assert losses[-1] < 0.95 * losses[0]


def test_golden_run():
    network = Network.dense([2, 3, 1], hidden="tanh", dropout=0.25)
    X = np.array([[0.5, -1], [1.5, 0.25], [-0.75, 2], [1, 1], [0, -0.5]])
    data = Data.of(network, X, X[:, :1] * X[:, 1:])
    program = prepare(network, Adam(0.05), PENALTY, np.float64, 2)
    start = program.start(Parameters.initial(network, seed=1).theta, seed=2)
    end, (losses, _) = program.run(start, data, Plan(5, 2), 6)
    assert losses.tolist() == pytest.approx(
        [
            0.25855335665018353,
            0.12299035670182745,
            0.7761058407233201,
            0.544474451939975,
            0.09854051758392651,
            0.07356493231692655,
        ],
        rel=1e-12,
    )
    assert end.theta.tolist() == pytest.approx(
        [
            -0.7834747931532113,
            -0.628680358470626,
            0.6722986505649517,
            0.37301994296751934,
            -0.17094018333629876,
            0.08194188925799735,
            0.12765187686907367,
            0.008371256819789712,
            -0.018101811014544174,
            1.0741951587983987,
            -0.8835300971530355,
            1.1558149797464758,
            -0.0806936917035273,
        ],
        rel=1e-12,
    )


# Shards.


@pytest.mark.parametrize("weighted", [False, True])
def test_a_shard_is_its_part_of_the_gradient_without_penalty(weighted):
    problem = probe(rows=100, weighted=weighted)
    program, data = program_of(problem, Adam()), problem.data
    theta, n = problem.parameters.theta, problem.data.normalizer
    gradient, total = 0, 0
    for start in range(0, 100, 64):
        part, loss_sum = program.shard(theta, data.rows(slice(start, start + 64)), n)
        gradient, total = gradient + part, total + loss_sum
        assert part.shape == theta.shape
        assert type(loss_sum) is float
    loss, whole = loss_and_gradient(problem.network, problem.parameters, data, Penalty())
    assert np.array_equal(gradient, whole.theta)
    assert total / n == loss


# Divergence.


def test_divergence_names_epoch_batch_layer_and_unit_and_keeps_the_last_good_state():
    network = Network.dense([1, 2, 2], hidden="exponential", output="identity", loss="squared_error")
    theta = np.array([0.0, 1, 0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0])
    program = prepare(network, GradientDescent(1e-9), Penalty(), np.float64, 1)
    X = np.array([[1.0], [2], [3], [4], [800]])  # exp(800) is infinite in unit 1 of layer 1
    data = Data.of(network, X, np.zeros((5, 2)))
    start = program.start(theta, 0)
    good, _ = program.run(start, data, Plan(5, 1, shuffle=False), 4)
    with pytest.raises(DivergenceError) as error:
        program.run(start, data, Plan(5, 1, shuffle=False), 20)
    assert "diverged in epoch 1, batch 5: a number that is not finite in layer 1, unit 1" in str(error.value)
    assert "smaller learning rate" in str(error.value)
    assert same_bits(error.value.state, good)
    assert np.isfinite(error.value.state.theta).all()


def test_divergence_is_looked_for_with_the_dropout_of_its_step():
    network = Network.dense([1, 1, 1], hidden="identity", bias="none", dropout=0.5)
    theta = np.array([1e308, 1e-200])  # finite, until dropout doubles what it keeps
    seed = next(seed for seed in range(99) if dropout_masks(network, 1, np.dtype(float), seed, 0)[1][0, 0])
    program = prepare(network, GradientDescent(0.1), Penalty(), np.float64, 1)
    with pytest.raises(DivergenceError, match="in layer 2, unit 0"):
        program.run(program.start(theta, seed), Data.of(network, [[1]], [[0]]), Plan(1, 1), 1)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_learning_rate_that_is_too_large_diverges_some_epochs_later(shuffle):
    problem = probe(rows=6, hidden="relu", output="identity")
    program, plan = program_of(problem, GradientDescent(50.0)), Plan(6, 2, shuffle)
    start = program.start(problem.parameters.theta, 0)
    with pytest.raises(
        DivergenceError, match=r"in epoch \d+, batch [123]: a number that is not finite"
    ) as error:
        program.run(start, problem.data, plan, 10_000)
    state = error.value.state
    again, (losses, _) = program.run(start, problem.data, plan, state.step)
    assert same_bits(again, state)
    assert np.isfinite(losses).all()
    epoch, batch = divmod(state.step, 3)
    assert f"epoch {epoch + 1}, batch {batch + 1}:" in str(error.value)


@pytest.mark.parametrize(
    ("target", "rate", "place"), [(1e200, 0.1, r"the loss \(inf\)"), (1e150, 1e200, "the update")]
)
def test_divergence_in_the_loss_or_the_update_is_named_too(target, rate, place):
    network = Network.dense([1, 1], loss="squared_error")
    program = prepare(network, GradientDescent(rate), Penalty(), np.float64, 1)
    start = program.start(np.array([1.0, 0.0]), 0)
    with pytest.raises(DivergenceError, match=f"epoch 1, batch 1: a number that is not finite in {place}"):
        program.run(start, Data.of(network, [[1]], [[target]]), Plan(1, 1), 1)


def test_a_slot_that_is_not_finite_is_a_divergence_too():
    network = Network.dense([1, 1], loss="absolute_error")
    program = prepare(network, Adam(0.001), Penalty(), np.float32, 1)
    start = program.start(Parameters.initial(network, 0, np.float32).theta, 0)
    data = Data.of(network, [[1e25]], [[0.0]], dtype=np.float32)
    with pytest.raises(DivergenceError, match="in the update"):
        program.run(start, data, Plan(1, 1), 1)
