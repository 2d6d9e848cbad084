"""A model: a network with its parameters, and every verb as a method."""

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chainrule.check.diagnose import Given, diagnose
from chainrule.check.diagnosis import Diagnosis
from chainrule.check.gradients import GradientCheck, check_gradients
from chainrule.errors import InvalidTypeError, ShapeError, sentence
from chainrule.files.model_file import ModelFile, save_model
from chainrule.network import accept, optimizers
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import LBFGS, Adam, GradientDescent, Optimizer
from chainrule.network.parameters import Layout, Orientation, Parameters, require_parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.network.schedules import CONSTANT, Schedule
from chainrule.reference.forward import dropout_masks, loss
from chainrule.reference.update import init
from chainrule.trace.build import trace_steps
from chainrule.trace.naming import Naming
from chainrule.trace.notations import notation
from chainrule.trace.rounding import Rounding
from chainrule.trace.step import Start, Trace
from chainrule.train.blas import one_thread
from chainrule.train.checkpoints import Checkpoints
from chainrule.train.engines import Engine, predicted
from chainrule.train.history import History
from chainrule.train.metrics import Metric
from chainrule.train.progress import progress_bar
from chainrule.train.training import Look, Training, shown_to_all
from chainrule.train.validation import hold_out_rows, validation_of


class Model:
    """A network with its parameters.

    Parameters
    ----------
    network : Network
        The network.
    parameters : Parameters, optional
        Its weights and biases; by default drawn as each layer's initializer says.
    seed : int
        The seed of that draw; the same seed gives the same bits.
    dtype : dtype
        The precision of that draw, and so of all computation.

    Attributes
    ----------
    network : Network
        The network.
    parameters : Parameters
        What `fit` replaces.
    history : History or None
        What the last `fit` told.

    Raises
    ------
    ShapeError
        When the parameters belong to a network of other sizes.
    InvalidTypeError
        When something is of a kind that cannot be used: not a network, not a real precision.
    TooLargeError
        When the network would not fit into this machine's memory.

    Examples
    --------
    >>> from chainrule import Adam, Model, Network
    >>> net = Network.dense([2, 4, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
    >>> model = Model(net, seed=0)
    >>> X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    >>> model.fit(X, Y, optimizer=Adam(0.05), epochs=300, batch_size=4, seed=0).predict(X).round()
    array([[0.],
           [1.],
           [1.],
           [0.]])
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters | None = None,
        *,
        seed: int = 0,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        if not isinstance(network, Network):
            raise InvalidTypeError(sentence("the network of a model", network, "a Network"))
        if parameters is None:
            parameters = Parameters.initial(network, seed, _precision(dtype))
        require_parameters(parameters)
        if parameters.layout.blocks != Layout(network).blocks:
            thing = "the network of the parameters"
            raise ShapeError(sentence(thing, parameters.layout.network, f"that of the model, {network}"))
        _precision(parameters.theta.dtype)
        self.network = network
        self.parameters = parameters
        self.history: History | None = None

    def fit(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        *,
        optimizer: str | Optimizer | LBFGS = Adam(),  # noqa: B008 - it is frozen
        epochs: int = 100,
        batch_size: int = 32,
        seed: int = 0,
        shuffle: bool = True,
        row_weights: npt.ArrayLike | None = None,
        penalty: Penalty = NO_PENALTY,
        schedule: Schedule = CONSTANT,
        clip_norm: float | None = None,
        validation: float | tuple[npt.ArrayLike, ...] | None = None,
        metric: str | Metric | None = None,
        patience: int | None = None,
        min_delta: float = 0.0,
        callbacks: Sequence[Look] = (),
        checkpoints: str | os.PathLike[str] | None = None,
        progress: bool = False,
        engine: Engine = "auto",
        n_threads: int | None = None,
    ) -> "Model":
        """Train on rows; the model learns in place and is returned.

        Parameters
        ----------
        X : array, shape (n, d_0)
            The rows.
        Y : array, shape (n, d_L)
            Their targets.
        optimizer : Optimizer or str
            The update rule, made with its numbers or by its name.
        epochs : int
            How often every row is visited; 0 or more.
        batch_size : int
            Rows of a step: 1 for single rows, ``len(X)`` for the full batch.
        seed : int
            Of the rows' orders and the dropout masks: the same seed gives the same bits.
        shuffle : bool
            Whether every epoch visits the rows in an order of its own.
        row_weights : array, shape (n,), optional
            How much each row counts; 0 or above.
        penalty : Penalty
            On the trained weights.
        schedule : Schedule
            What the learning rate is multiplied by as the training goes on.
        clip_norm : float, optional
            A longer gradient is shortened to this length; above 0.
        validation : float or tuple of array, optional
            Rows that are held out and looked at after every epoch: a part of these rows, above 0 and
            below 1 (of each class its part, where the targets are classes), or your own
            ``(X, Y)`` or ``(X, Y, row_weights)``. The parameters that were best on them are kept.
        metric : str or Metric, optional
            What is best on the held-out rows; by default the smallest loss.
        patience : int, optional
            Stop after so many epochs in a row without a better value on the held-out rows.
        min_delta : float
            By how much a value must be better to count; 0 or above.
        callbacks : sequence of callable
            Each is shown the training between two steps, some tens of milliseconds apart or more; one
            that returns True ends it.
        checkpoints : str or path, optional
            A folder to which the training is written every few seconds and at its end. The same call
            with the same folder goes on from there, whatever ended it, and gives the bits of a training
            that was never ended.
        progress : bool
            Whether to show a bar, on standard error, where that is a terminal.
        engine : {"auto", "compiled", "reference"}
            What does the work: the equations in NumPy, or the same compiled, which needs the extra
            ``fast``. "auto" gives small jobs to the reference, by their size alone; `history.engine`
            says what ran. They agree but for the last digits.
        n_threads : int, optional
            The most threads that the compiled engine shares a step among; by default as many as there
            are cores. They have no influence on any bit.

        Returns
        -------
        Model
            This one; `history` tells how it went.

        Raises
        ------
        ShapeError, InvalidValueError, InvalidTypeError
            When something does not fit; nothing has changed then.
        DivergenceError
            When a number is not finite any more; what was learned until then is kept.
        """
        data = Data.of(self.network, X, Y, row_weights, self.parameters.theta.dtype)
        epochs = accept.count("epochs", epochs, least=0)
        learned, held = hold_out_rows(self.network, data, validation, seed)
        training = Training(
            self.network,
            self.parameters,
            learned,
            optimizers.step_rule_or_search(optimizer),
            _penalty(penalty),
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            shuffle=shuffle,
            schedule=schedule,
            clip_norm=clip_norm,
            validation=validation_of(self.network, held, metric, patience, min_delta),
            engine=engine,
            n_threads=n_threads,
        )
        kept = None if checkpoints is None else Checkpoints(checkpoints, training)
        try:
            with progress_bar(epochs, progress) as bar:
                written = [] if kept is None else [kept]
                left = epochs * training.plan.steps_per_epoch - training.state.step
                training.run_steps(left, shown_to_all([*callbacks, *written, *bar]))
            if kept is not None:
                kept.write(training)
        finally:
            if kept is not None:
                kept.close()
            # Also when it diverged or was interrupted: what was learned is kept.
            self.parameters = training.learned
            self.history = training.history
        return self

    def predict(
        self, X: npt.ArrayLike, *, engine: Engine = "reference", n_threads: int | None = None
    ) -> Array:
        """Return the outputs A[L] for rows, shape (n, d_L); a row's result never depends on its neighbors.

        Parameters
        ----------
        X : array, shape (n, d_0)
            The rows.
        engine : {"auto", "compiled", "reference"}
            What does the work: see `fit`. "auto" chooses by the size of the network alone, so that a
            row's result never depends on how many there are.
        n_threads : int, optional
            As for `fit`.
        """
        X = accept.rows("X", X, self.network.sizes[0], self.parameters.theta.dtype)
        with one_thread():
            return predicted(engine, self.network, self.parameters, X, n_threads)

    def loss(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        row_weights: npt.ArrayLike | None = None,
        penalty: Penalty = NO_PENALTY,
    ) -> float:
        """Return the mean loss of rows, plus the penalty; weighted where they have weights."""
        return loss(self.network, self.parameters, X, Y, row_weights, _penalty(penalty))

    def trace(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        *,
        optimizer: str | Optimizer = GradientDescent(),  # noqa: B008 - it is frozen
        row_weights: npt.ArrayLike | None = None,
        penalty: Penalty = NO_PENALTY,
        naming: Naming | str | None = None,
        title: str = "",
        dropout_seed: int | None = None,
        rounding: Rounding | None = None,
    ) -> Trace:
        """Return one whole training step, every number of it; ``print`` shows it.

        Parameters
        ----------
        X, Y : array, shapes (n, d_0) and (n, d_L)
            The rows of the step and their targets.
        optimizer : Optimizer or str
            The update rule.
        row_weights : array, shape (n,), optional
            How much each row counts.
        penalty : Penalty
            On the trained weights.
        naming : Naming or str, optional
            How the reader calls things, or the name of a notation: see `notation`.
        title : str
            What it is a trace of.
        dropout_seed : int, optional
            Draws the dropout masks of the first step of a training with this seed; without it
            nothing is dropped.
        rounding : Rounding, optional
            Computes the step as by hand, rounding on the way; the exact one is its `exact`.
        """
        start = self._start(X, Y, optimizer, row_weights, penalty, dropout_seed)
        (trace,) = trace_steps(start, 1, self._naming(naming, start), title)
        return trace if rounding is None else trace.rounded(rounding)

    def traces(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        steps: int,
        *,
        optimizer: str | Optimizer = GradientDescent(),  # noqa: B008 - it is frozen
        row_weights: npt.ArrayLike | None = None,
        penalty: Penalty = NO_PENALTY,
        naming: Naming | str | None = None,
        title: str = "",
    ) -> list[Trace]:
        """Return several training steps in a row on the same rows, each from where the last one ended.

        Parameters
        ----------
        steps : int
            How many, 1 or more.
        X, Y, optimizer, row_weights, penalty, naming, title
            As for `trace`. The model itself stays as it is.

        Examples
        --------
        >>> import chainrule as cr
        >>> jain = cr.tutorials.load("jain")
        >>> steps = jain.model.traces(jain.X, jain.Y, 3, optimizer=cr.GradientDescent(0.5), naming="jain")
        >>> [round(step.derive("w5").value, 6) for step in steps]
        [0.082167, 0.083125, 0.083987]
        """
        start = self._start(X, Y, optimizer, row_weights, penalty, None)
        return list(
            trace_steps(start, accept.count("the number of steps", steps), self._naming(naming, start), title)
        )

    def _start(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        optimizer: str | Optimizer,
        row_weights: npt.ArrayLike | None,
        penalty: Penalty,
        dropout_seed: int | None,
    ) -> Start:
        """Return what a step on these rows starts from."""
        rule, data = optimizers.optimizer(optimizer), Data.of(self.network, X, Y, row_weights)
        parameters, masks = self.parameters.astype(np.float64), None
        if dropout_seed is not None:
            masks = dropout_masks(
                self.network, len(data.X), np.dtype(np.float64), accept.seed(dropout_seed), 0
            )
        slots = init(rule, parameters.theta)
        return Start(self.network, parameters, data, rule, _penalty(penalty), slots, 1, masks)

    def _naming(self, naming: Naming | str | None, start: Start) -> Naming:
        """Return a naming, or the notation of that name for this network."""
        if isinstance(naming, Naming):
            return naming
        if not isinstance(naming, str | None):
            raise InvalidTypeError(
                sentence("the naming of a trace", naming, "a Naming, or a notation's name")
            )
        return notation(naming or "ours", self.network, len(start.data.X))

    def check_gradients(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        row_weights: npt.ArrayLike | None = None,
        penalty: Penalty = NO_PENALTY,
    ) -> GradientCheck:
        """Compare the backward pass with three other ways, for every parameter: see `check_gradients`."""
        return check_gradients(self.network, self.parameters, X, Y, row_weights, _penalty(penalty))

    def diagnose(
        self,
        X: npt.ArrayLike,
        Y: npt.ArrayLike,
        given: Given | Sequence[Given],
        *,
        optimizer: str | Optimizer | None = None,
        penalty: Penalty = NO_PENALTY,
        orientation: Orientation = "from_to",
    ) -> Diagnosis:
        """Name the mistake in somebody's numbers of this network's steps: see `chainrule.diagnose`."""
        return diagnose(
            self.network,
            self.parameters,
            X,
            Y,
            given,
            optimizer=optimizer,
            penalty=_penalty(penalty),
            orientation=orientation,
        )

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the network and its parameters as one .safetensors file, whole or not at all.

        The same model gives the same bytes. `load` reads it.

        Parameters
        ----------
        path : str or path
            The file.
        overwrite : bool
            Whether an existing file may be replaced.

        Raises
        ------
        InvalidTypeError
            When an activation or a loss is one's own: a file never holds code.
        InvalidFileError, OSError
            When the file exists, or cannot be written.
        """
        save_model(path, ModelFile(self.network, self.parameters), overwrite=overwrite)

    def __repr__(self) -> str:
        return f"Model({self.network}; {self.parameters.theta.size:,} parameters)"


def _penalty(given: object) -> Penalty:
    """Return the penalty, if it is one."""
    if not isinstance(given, Penalty):
        raise InvalidTypeError(sentence("the penalty", given, "a Penalty such as Penalty(l2=0.1)"))
    return given


def _precision(given: npt.DTypeLike) -> np.dtype:
    """Return the dtype of a model's numbers, if it is one of real numbers that are not whole."""
    try:
        dtype = np.dtype(given)
    except (TypeError, ValueError):
        dtype = np.dtype(object)
    if dtype.kind != "f":
        raise InvalidTypeError(sentence("the dtype of a model", given, "float64, float32 or longdouble"))
    return dtype
