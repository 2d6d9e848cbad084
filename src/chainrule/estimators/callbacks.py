"""What a fit tells while it runs: lines where it is verbose, and scikit-learn's callbacks."""

from collections.abc import Callable, Sequence
from typing import Any


class Told:
    """Tells who asked about the epochs of a fit.

    Parameters
    ----------
    estimator : estimator
        Who is fitted; `set_callbacks` gave it callbacks, or a meta-estimator did.
    given : tuple of X, y and sample_weight
        What it is fitted to, as it came in.
    task : {"fit", "partial_fit"}
        What runs.
    epochs : int
        How many at most.
    """

    def __init__(self, estimator: Any, given: tuple[Any, Any, Any], task: str, epochs: int) -> None:
        self._estimator, (X, y, sample_weight) = estimator, given
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._rows = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._called = bool(getattr(estimator, "_skl_callbacks", ()))
        self._context = estimator._init_callback_context(task_name=task, max_subtasks=epochs + 1)
        self._context.call_on_fit_task_begin(**self._rows)
        self._epoch: Any = None

    @property
    def listens(self) -> bool:
        """Whether anybody wants to know of every epoch."""
        return self._called or bool(self._estimator.verbose)

    def begin_epoch(self) -> None:
        """Say that an epoch begins."""
        if self._called:
            self._epoch = self._context.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._rows)

    def end_epoch(
        self, losses: Sequence[float], scores: Sequence[float], fitted: Callable[[], dict[str, Any]]
    ) -> bool:
        """Say what an epoch brought; return whether a callback wants the fit to end.

        Parameters
        ----------
        losses, scores : sequence of float
            The loss of every epoch until now, and the score of the rows to judge by, if there are any.
        fitted : callable
            Makes the attributes of an estimator that was fitted until now.
        """
        if self._estimator.verbose:
            self._print(losses, scores)
        if not self._called:
            return False
        epoch, self._epoch = self._epoch, None
        return bool(epoch.call_on_fit_task_end(**self._rows, reconstruction_attributes=fitted))

    def _print(self, losses: Sequence[float], scores: Sequence[float]) -> None:
        print(f"Iteration {len(losses)}, loss = {losses[-1]:.8f}")  # noqa: T201 - as scikit-learn's
        if scores:
            print(f"Validation score: {scores[-1]:f}")  # noqa: T201

    def close(self, fitted: Callable[[], dict[str, Any]]) -> None:
        """Say that it is over; an epoch that was begun and never trained ends empty."""
        if self._epoch is not None:
            self._epoch.call_on_fit_task_end(estimator=self._estimator)
        self._context.call_on_fit_task_end(**self._rows, reconstruction_attributes=fitted)
