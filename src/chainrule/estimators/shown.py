"""What an estimator shows of itself: a whole step, the gradient check, its loss curve, its picture."""

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from chainrule.check.gradients import GradientCheck, check_gradients
from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.estimators import correspondence
from chainrule.model import Model
from chainrule.network.optimizers import LBFGS, GradientDescent
from chainrule.plots import loss as loss_figure
from chainrule.plots.history_svg import curve
from chainrule.trace.naming import Naming
from chainrule.trace.step import Trace
from chainrule.writers.svg import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Shown:
    """Windows into a fitted estimator."""

    def explain(self: Any, X: Any, y: Any = None) -> Trace:
        """Return the training step that a row would cause, every number of it, by the names of the features.

        Parameters
        ----------
        X : array or data frame, shape (n_features,) or (n_samples, n_features)
            One row, or a few.
        y : array, optional
            Their targets. Left out, a classifier takes its own answers; a regressor has none.

        Returns
        -------
        Trace
            ``print`` shows it, of many rows and units at length; ``chainrule.explain(trace, "step.html")``
            writes it; `derive` tells the chain-rule product of one weight.
        """
        check_is_fitted(self, "coefs_")
        X = np.asarray(X)[np.newaxis] if np.ndim(X) == 1 else X
        if y is None:
            if not hasattr(self, "classes_"):
                raise InvalidValueError(sentence("y", Words("left out"), "the targets of the rows"))
            y = self.predict(X)
        data = self._data(X, np.atleast_1d(y) if np.ndim(y) == 0 else y, None, reset=False, learns=False)
        optimizer = self.history_.optimizer if hasattr(self, "history_") else GradientDescent()
        if isinstance(optimizer, LBFGS):  # which takes no single steps
            optimizer = GradientDescent(self.learning_rate_init)
        model = Model(self.network_, self._parameters)
        naming = Naming({"input": "{unit}"}, {"units": [self._feature_names()]}, rows_shown=len(data.X) > 1)
        penalty = correspondence.penalty(self.alpha, data.normalizer)
        title = f"A step of {type(self).__name__} on {len(data.X)} row{'s' * (len(data.X) > 1)}"
        return model.trace(data.X, data.Y, optimizer=optimizer, penalty=penalty, naming=naming, title=title)

    def _feature_names(self: Any) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        return (
            [f"x{i}" for i in range(self.n_features_in_)] if names is None else [str(name) for name in names]
        )

    def check_gradients(self: Any, X: Any, y: Any, sample_weight: Any = None) -> GradientCheck:
        """Compare the backward pass on rows with three other ways, for every weight.

        Parameters
        ----------
        X, y, sample_weight
            Rows, targets and weights, as for `fit`; a few rows are enough.

        Returns
        -------
        GradientCheck
            ``print`` shows it.
        """
        parameters = self._in_float64
        data = self._data(X, y, sample_weight, reset=False, learns=False)
        penalty = correspondence.penalty(self.alpha, data.normalizer)
        return check_gradients(self.network_, parameters, data.X, data.Y, data.row_weights, penalty)

    def plot_history(self: Any) -> "Figure":
        """Draw the loss of every epoch, and that of the rows to judge by; it needs Matplotlib.

        Returns
        -------
        matplotlib.figure.Figure
            Jupyter shows it; ``savefig`` writes it.
        """
        check_is_fitted(self, "coefs_")
        if not hasattr(self, "history_"):
            was = Words("missing: the estimator was loaded, or made of something else")
            raise InvalidValueError(sentence("its history", was, "that of a fit"))
        return loss_figure(self.history_)

    def _html_repr(self: Any) -> str:
        """Return scikit-learn's table of parameters, and under it the network and its loss curve."""
        table = BaseEstimator._html_repr(self)
        if "network_" not in vars(self):
            return str(table)
        history = curve(self.history_) if "history_" in vars(self) else ""
        return f"{table}<div>{svg(self.network_)}{history}</div>"
