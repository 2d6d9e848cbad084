"""scikit-learn's own checks: every one that its class passes with the same solver, ours passes."""

import warnings
from unittest import SkipTest

import pytest
import sklearn.neural_network as theirs
from sklearn.utils.estimator_checks import parametrize_with_checks

from chainrule.estimators import MLPClassifier, MLPRegressor

SOLVERS = ("adam", "sgd", "lbfgs", "adamw")
CHECKED = [kind(solver=solver, max_iter=100) for kind in (MLPClassifier, MLPRegressor) for solver in SOLVERS]


def passes(estimator, check):
    try:
        check(estimator)
    except SkipTest:  # it is about something that neither has, such as a decision function
        return True
    except Exception:
        return False
    return True


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(CHECKED)
def test_scikit_learns_checks(estimator, check):
    if not passes(estimator, check):
        other = getattr(theirs, type(estimator).__name__)
        solver = "adam" if estimator.solver == "adamw" else estimator.solver
        failing_too = not passes(other(solver=solver, max_iter=100), check)
        assert failing_too, "ours fails what theirs passes"
        pytest.xfail("scikit-learn's own class fails it with this solver")


def test_a_check_that_fails_is_noticed():
    """The way in which ours is compared can fail."""

    def refuses_ours(estimator):
        assert "chainrule" not in type(estimator).__module__

    with pytest.raises(AssertionError, match="ours fails what theirs passes"), warnings.catch_warnings():
        test_scikit_learns_checks(MLPClassifier(), refuses_ours)
