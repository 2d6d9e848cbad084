"""The optimizers, as data: their numbers. Their arithmetic is `reference/update.py`."""

from dataclasses import dataclass
from typing import TypeAlias

from chainrule.errors import InvalidTypeError, sentence
from chainrule.network import accept
from chainrule.network.lookup import find


def _settle(rule: object, **numbers: float) -> None:
    """Keep a rule's numbers as Python floats: a NumPy one would lift float32 parameters to float64."""
    for name, number in numbers.items():
        object.__setattr__(rule, name, number)


@dataclass(frozen=True)
class GradientDescent:
    """Plain gradient descent: theta <- theta - learning_rate * dtheta.

    Parameters
    ----------
    learning_rate : float
        The length of a step, eta; above 0.

    Raises
    ------
    InvalidValueError
        When a number is out of its range; so for all optimizers.

    Examples
    --------
    >>> GradientDescent(0.5)
    GradientDescent(learning_rate=0.5)
    """

    learning_rate: float = 0.1

    def __post_init__(self) -> None:
        _settle(self, learning_rate=accept.positive("the learning rate", self.learning_rate))


@dataclass(frozen=True)
class Momentum:
    """Gradient descent along a decaying sum of the gradients (Polyak 1964).

    v <- momentum v + dtheta; theta <- theta - learning_rate v, or with ``nesterov`` (Sutskever et
    al. 2013) theta <- theta - learning_rate (dtheta + momentum v). Written as PyTorch does.

    Parameters
    ----------
    learning_rate : float
        Above 0.
    momentum : float
        How much of the sum is kept, from 0 up to below 1.
    nesterov : bool
        Whether the step looks ahead.
    """

    learning_rate: float = 0.01
    momentum: float = 0.9
    nesterov: bool = False

    def __post_init__(self) -> None:
        _settle(self, learning_rate=accept.positive("the learning rate", self.learning_rate))
        _settle(self, momentum=accept.fraction("momentum", self.momentum))


@dataclass(frozen=True)
class RMSprop:
    """Divide by the root of a decaying mean of squares (Hinton 2012, lecture 6e).

    s <- decay s + (1 - decay) dtheta^2; theta <- theta - learning_rate dtheta / (sqrt(s) + epsilon).

    Parameters
    ----------
    learning_rate, epsilon : float
        Above 0.
    decay : float
        From 0 up to below 1.
    """

    learning_rate: float = 0.001
    decay: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _settle(self, learning_rate=accept.positive("the learning rate", self.learning_rate))
        _settle(self, decay=accept.fraction("decay", self.decay))
        _settle(self, epsilon=accept.positive("epsilon", self.epsilon))


@dataclass(frozen=True)
class Adagrad:
    """Divide by the root of the sum of all squares so far (Duchi, Hazan & Singer 2011).

    s <- s + dtheta^2; theta <- theta - learning_rate dtheta / (sqrt(s) + epsilon).

    Parameters
    ----------
    learning_rate, epsilon : float
        Above 0.
    """

    learning_rate: float = 0.01
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        _settle(self, learning_rate=accept.positive("the learning rate", self.learning_rate))
        _settle(self, epsilon=accept.positive("epsilon", self.epsilon))


@dataclass(frozen=True)
class Adam:
    """Momentum and scaling, both corrected for their start at 0 (Kingma & Ba 2015, algorithm 1).

    m <- beta1 m + (1 - beta1) dtheta; v <- beta2 v + (1 - beta2) dtheta^2;
    theta <- theta - learning_rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).

    Parameters
    ----------
    learning_rate, epsilon : float
        Above 0; epsilon stands outside the root, as in the paper.
    beta1, beta2 : float
        From 0 up to below 1.
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _settle(self, learning_rate=accept.positive("the learning rate", self.learning_rate))
        _settle(self, beta1=accept.fraction("beta1", self.beta1))
        _settle(self, beta2=accept.fraction("beta2", self.beta2))
        _settle(self, epsilon=accept.positive("epsilon", self.epsilon))


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with a decay of the weights that does not pass through its moments (Loshchilov & Hutter 2019).

    As Adam, and theta <- theta - learning_rate weight_decay theta beside it, for weights only:
    biases do not decay.

    Parameters
    ----------
    learning_rate, epsilon : float
        Above 0.
    beta1, beta2 : float
        From 0 up to below 1.
    weight_decay : float
        0 or above.
    """

    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        _settle(self, weight_decay=accept.not_negative("weight_decay", self.weight_decay))


@dataclass(frozen=True)
class LBFGS:
    """Steps along an estimate of the curvature, made from the last gradients (Liu & Nocedal 1989).

    It sees all rows in every iteration, an epoch is one iteration, and it chooses the length of its
    steps itself.

    Parameters
    ----------
    memory : int
        How many of the last steps it remembers, 1 or more.
    tolerance : float
        It stops when no entry of the gradient is larger; 0 or above.
    reduction : float
        It stops when a step makes the loss smaller by no more than this part of it; 0 or above.
    evaluations : int, optional
        It stops after so many losses and gradients, 1 or more; by default 20 for each iteration.
    """

    memory: int = 10
    tolerance: float = 1e-6
    reduction: float = 0.0
    evaluations: int | None = None

    def __post_init__(self) -> None:
        accept.count("the memory of L-BFGS", self.memory)
        _settle(self, tolerance=accept.not_negative("the tolerance of L-BFGS", self.tolerance))
        _settle(self, reduction=accept.not_negative("the reduction of L-BFGS", self.reduction))
        if self.evaluations is not None:
            accept.count("the evaluations of L-BFGS", self.evaluations)


Optimizer: TypeAlias = GradientDescent | Momentum | RMSprop | Adagrad | Adam


@dataclass(frozen=True)
class _Named:
    name: str
    make: type[Optimizer]
    also: tuple[str, ...] = ()


OPTIMIZERS = {
    row.name: row
    for row in (
        _Named("gradient_descent", GradientDescent, ("sgd", "gd", "gradientdescent")),
        _Named("momentum", Momentum),
        _Named("rmsprop", RMSprop),
        _Named("adagrad", Adagrad),
        _Named("adam", Adam),
        _Named("adamw", AdamW),
    )
}


def optimizer(given: str | Optimizer) -> Optimizer:
    """Return an optimizer by its name, with its default numbers; one that is made stays as it is.

    Raises
    ------
    UnknownNameError
        When no optimizer has that name; the nearest one is given.
    InvalidTypeError
        When it is neither a name nor an optimizer.

    Examples
    --------
    >>> optimizer("sgd")
    GradientDescent(learning_rate=0.1)
    """
    if isinstance(given, str):
        return find("optimizer", given, OPTIMIZERS).make()
    if not isinstance(given, Optimizer):
        raise InvalidTypeError(sentence("the optimizer", given, "an optimizer such as Adam(0.001)"))
    return given


def step_rule_or_search(given: str | Optimizer | LBFGS) -> Optimizer | LBFGS:
    """Return an optimizer as `optimizer` does, or L-BFGS, which is no rule for a single step.

    Examples
    --------
    >>> step_rule_or_search("lbfgs")
    LBFGS(memory=10, tolerance=1e-06, reduction=0.0, evaluations=None)
    """
    if isinstance(given, LBFGS):
        return given
    return LBFGS() if given in ("lbfgs", "l-bfgs", "LBFGS") else optimizer(given)
