"""What torch and JAX have for a gradient is checked where they are installed: CI installs them for this."""

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.slow

ROWS = np.sin(np.arange(1.0, 13.0)).reshape(4, 3)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def jax():
    return pytest.importorskip("jax")


def wrong_tanh(torch):
    """A tanh whose backward forgets the square."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            y = torch.tanh(x)
            context.save_for_backward(y)
            return y

        @staticmethod
        def backward(context, above):
            (y,) = context.saved_tensors
            return above * (1 - y)

    return Wrong.apply


def module_with(torch, activation):
    class Module(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)

        def forward(self, x):
            return self.second(activation(self.first(x)))

    torch.manual_seed(0)
    return Module()


def test_a_right_torch_module_passes_and_stays_as_it_was(torch):
    module = module_with(torch, torch.tanh)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    found = cr.check_function(module, None, torch.tensor(ROWS, dtype=torch.float32))
    assert found.passed, str(found)
    assert found.entries == 12 + 16 + 10
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name])
        assert value.dtype == torch.float32
    assert all(parameter.grad is None for parameter in module.parameters())


def test_a_torch_module_with_a_wrong_backward_fails_where_it_is_wrong(torch):
    found = cr.check_function(module_with(torch, wrong_tanh(torch)), None, torch.tensor(ROWS))
    wrong = {row.name.split("]")[0] for row in found.rows if row.verdict == "fail"}
    assert wrong == {"['inputs'", "['first.weight'", "['first.bias'"}


def test_a_torch_function_of_several_tensors(torch):
    point = {"W": torch.tensor(ROWS), "b": [torch.tensor([0.5, -1.0, 2.0])]}

    def function(p):
        return (torch.relu(p["W"] + p["b"][0]) ** 2).sum()

    assert cr.check_function(function, None, point).passed
    unused = cr.check_function(lambda p: p["W"].sum(), None, point)
    assert unused.passed


def test_a_jax_function(jax):
    point = {"W": jax.numpy.asarray(ROWS), "b": jax.numpy.asarray([0.5, -1.0, 2.0])}

    def function(p):
        return jax.numpy.sum(jax.nn.relu(p["W"] + p["b"]) ** 2)

    assert cr.check_function(function, None, point).passed


def test_a_jax_function_with_a_wrong_rule_fails(jax):
    @jax.custom_vjp
    def tanh(x):
        return jax.numpy.tanh(x)

    tanh.defvjp(lambda x: (tanh(x), tanh(x)), lambda y, above: (above * (1 - y),))
    found = cr.check_function(lambda x: tanh(x).sum(), None, jax.numpy.asarray(ROWS))
    assert found.count("fail") == found.entries


def test_a_point_of_neither_is_refused_in_one_sentence():
    with pytest.raises(cr.InvalidTypeError, match="the gradient was left out; it may be a function"):
        cr.check_function(np.sum, None, ROWS)
