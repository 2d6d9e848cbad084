"""A training: a state, advanced by an engine, that can be looked at and stopped between its pieces."""

from collections.abc import Callable

from chainrule.errors import DivergenceError
from chainrule.network import accept
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, State
from chainrule.network.rows import Plan
from chainrule.reference.program import prepare
from chainrule.train.blas import one_thread
from chainrule.train.history import History

# How many multiplications pass between two looks: some tens of milliseconds of work.
WORK_BETWEEN_LOOKS = 20_000_000
MOST_STEPS_BETWEEN_LOOKS = 500


class Training:
    """A network learning from rows.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network as it stands; its parameters are not changed.
    data : Data
        The rows, in the precision of the parameters.
    optimizer, penalty : Optimizer, Penalty
        The update rule, and the penalty on the weights.
    batch_size : int
        Rows of a step: 1 for single rows, all of them for the full batch.
    seed : int
        Of the rows' orders and the dropout masks.
    shuffle : bool
        Whether every epoch has an order of its own.
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        data: Data,
        optimizer: Optimizer,
        penalty: Penalty,
        *,
        batch_size: int,
        seed: int,
        shuffle: bool,
    ) -> None:
        accept.count("the seed", seed, least=0)
        self.data = data
        self.plan = Plan(len(data.X), batch_size, shuffle)
        self.program = prepare(network, optimizer, penalty, parameters.theta.dtype, self.plan.batch_rows)
        self.state: State = self.program.start(parameters.theta, seed)
        self.history = History(optimizer, self.plan, engine="reference")
        work_of_a_step = 3 * parameters.theta.size * min(self.plan.batch_rows, len(data.X))
        self.stride = max(1, min(MOST_STEPS_BETWEEN_LOOKS, WORK_BETWEEN_LOOKS // max(1, work_of_a_step)))

    def run(self, epochs: int, look: Callable[["Training"], None] | None = None) -> None:
        """Train for some epochs more.

        Parameters
        ----------
        epochs : int
            How many; 0 or more.
        look : callable, optional
            Is shown the training after every piece of it, between two steps.

        Raises
        ------
        DivergenceError
            When a number is not finite; what was learned until then is kept in `state`.
        """
        last = self.state.step + accept.count("epochs", epochs, least=0) * self.plan.steps_per_epoch
        with one_thread():
            while self.state.step < last:
                self._piece(min(self.stride, last - self.state.step))
                if look is not None:
                    look(self)

    def _piece(self, steps: int) -> None:
        try:
            self.state, losses = self.program.run(self.state, self.data, self.plan, steps)
        except DivergenceError as error:
            if isinstance(error.state, State):
                self.state = error.state
            raise
        self.history.steps.append(losses)

    @property
    def epoch(self) -> float:
        """How many epochs have passed."""
        return self.state.step / self.plan.steps_per_epoch
