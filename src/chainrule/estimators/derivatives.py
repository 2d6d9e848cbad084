"""What an estimator tells about its derivatives: by its weights, of single rows, and by its inputs."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from chainrule.estimators import correspondence, inputs
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.program import Data
from chainrule.reference.backward import Gradients, add_penalty, backward_pass
from chainrule.reference.forward import Tape, data_loss, forward_pass, loss_terms, penalty_loss
from chainrule.reference.jacobian import jacobian


class LossGradients(NamedTuple):
    """A loss and its derivatives.

    Parameters
    ----------
    loss : float or array
        The loss; of each row, shape (n,), where the derivatives are of single rows.
    coefs, intercepts : list of array
        The derivative by each entry of `coefs_` and `intercepts_`, in their shapes; of each row with one
        axis before them.
    """

    loss: Any
    coefs: list[Array]
    intercepts: list[Array]


class Derivatives:
    """The derivatives of a fitted estimator."""

    def gradients(self, X: Any, y: Any, sample_weight: Any = None) -> LossGradients:
        """Return the loss of rows, alpha's part included, and its derivative by every weight.

        It is the gradient that a full-batch step on these rows would follow, to the last digit that
        float64 has.

        Parameters
        ----------
        X, y, sample_weight
            Rows, targets and weights, as for `fit`.

        Returns
        -------
        LossGradients
            With ``loss``, ``coefs`` and ``intercepts``.
        """
        parameters = self._in_float64
        network = parameters.layout.network
        data = self._data(X, y, sample_weight, reset=False, learns=False)  # type: ignore[attr-defined]
        tape, gradients = self._passes(data, data.normalizer)
        penalty = correspondence.penalty(self.alpha, data.normalizer)  # type: ignore[attr-defined]
        add_penalty(network, parameters, gradients, penalty)
        of_rows = float(data_loss(network, tape, data)) / data.normalizer
        loss = of_rows + float(penalty_loss(network, parameters, penalty))
        return LossGradients(loss, list(gradients.W), list(gradients.b))  # type: ignore[arg-type]

    def row_gradients(self, X: Any, y: Any) -> LossGradients:
        """Return the loss of each row and its derivative by every weight; alpha has no part in it.

        Their mean over the rows is what `gradients` returns with ``alpha=0``.

        Parameters
        ----------
        X, y
            Rows and targets, as for `fit`.

        Returns
        -------
        LossGradients
            ``loss`` has shape (n,), ``coefs[l]`` (n, inputs, units) and ``intercepts[l]`` (n, units).

        Raises
        ------
        TooLargeError
            When all of it would not fit into this machine's memory.
        """
        parameters = self._in_float64
        network = parameters.layout.network
        data = self._data(X, y, None, reset=False, learns=False)  # type: ignore[attr-defined]
        accept.refuse_too_large("the gradients of all rows", 8 * len(data.X) * parameters.theta.size)
        tape, gradients = self._passes(data, normalizer=1.0)
        layers = range(1, network.depth + 1)
        coefs = [tape.A[l - 1][:, :, np.newaxis] * gradients.delta[l][:, np.newaxis, :] for l in layers]
        of_rows = loss_terms(network, tape, data.Y).sum(axis=1)
        return LossGradients(of_rows, coefs, list(gradients.delta))

    def input_gradients(self, X: Any) -> Array:
        """Return how much each output moves with each input, of each row: the slope at this very row.

        Parameters
        ----------
        X : array, sparse matrix or data frame, shape (n_samples, n_features)
            The rows.

        Returns
        -------
        array, shape (n_samples, n_outputs, n_features)
            The derivative of every column of `predict_proba`, or of every output of a regressor; for a
            regressor with one output (n_samples, n_features).
        """
        parameters = self._in_float64
        X = inputs.rows_to_predict(self, X).astype(np.float64)
        return self._of_outputs(jacobian(parameters.layout.network, parameters, X))  # type: ignore[attr-defined]

    @property
    def _in_float64(self) -> Any:
        check_is_fitted(self, "coefs_")
        return self._parameters.astype(np.float64)  # type: ignore[attr-defined]

    def _passes(self, data: Data, normalizer: float) -> tuple[Tape, Gradients]:
        """Return what the forward and the backward pass leave."""
        parameters = self._in_float64
        network = parameters.layout.network
        tape = forward_pass(network, parameters, data.X.astype(np.float64), None)
        return tape, backward_pass(network, parameters, tape, data, normalizer)
