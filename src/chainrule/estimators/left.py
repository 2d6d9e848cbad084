"""What a fit leaves beside its weights: how the losses went, and what a later `partial_fit` goes on with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.estimators.correspondence import Chosen
from chainrule.estimators.fitting import Fit
from chainrule.estimators.patience import Patience
from chainrule.estimators.rates import Adaptive
from chainrule.network.program import State
from chainrule.reference.forward import loss_of


@dataclass(frozen=True)
class Going:
    """What a later `partial_fit` goes on with.

    Parameters
    ----------
    state : State
        The parameters after the last step, what the optimizer remembers, and how many steps it took.
    rule : type
        Of the optimizer; another one begins anew.
    patience : Patience
        For how long nothing was better.
    slowed : float
        What an adaptive learning rate is divided by.
    calls, epochs : int
        How many fits there were, each with orders of rows of its own, and how many epochs they took.
    """

    state: State
    rule: type
    patience: Patience
    slowed: float
    calls: int = 0
    epochs: int = 0

    @classmethod
    def after(cls, fit: Fit, before: "Going | None", *, goes_on: bool) -> "Going":
        """Return what goes on after a fit: from its last step, or from the best where it was to end there."""
        training, schedule = fit.training, fit.training.plan.schedule
        theta = training.state.theta if goes_on else training.learned.theta
        state = State(theta, training.state.slots, training.state.step, training.state.seed)
        slowed = 1 / schedule.factor(len(fit.losses), 1) if isinstance(schedule, Adaptive) else 1.0
        calls, epochs = (before.calls, before.epochs) if before else (0, 0)
        passed = calls + 1, epochs + len(fit.losses)
        return cls(state, type(training.optimizer), fit.patience, slowed, *passed)


def losses_of(fit: Fit, chosen: Chosen, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes about the losses of a fit, in scikit-learn's terms.

    Parameters
    ----------
    fit : Fit
        The fit.
    chosen : Chosen
        Its loss, with what scikit-learn's is more.
    earlier : mapping of str
        The attributes of the fit that this one goes on with, if it does.
    """
    training, learned = fit.training, fit.training.learned
    more = np.average(chosen.constant(training.data.Y).sum(axis=1), weights=training.data.row_weights)
    curve = [*(earlier.get("loss_curve_") or ()), *(loss + float(more) for loss in fit.losses)]
    if not curve:  # L-BFGS found no better step than none
        now = loss_of(learned.layout.network, learned, training.data, training.penalty)
        curve = [float(now) + float(more)]
    return {
        "loss_": curve[-1],
        "loss_curve_": curve,
        "best_loss_": min(curve) if training.validation is None else None,
    }


def scores_of(fit: Fit, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes about rows to judge by: None of each where there were none."""
    validation = fit.training.validation
    if validation is None:
        return dict.fromkeys(("validation_scores_", "best_validation_score_", "validation_loss_curve_"))
    scores = [*(earlier.get("validation_scores_") or ()), *validation.values]
    return {
        "validation_scores_": scores,
        "best_validation_score_": float(np.nanmax([-math.inf, *scores])),
        "validation_loss_curve_": [*(earlier.get("validation_loss_curve_") or ()), *validation.losses],
    }
