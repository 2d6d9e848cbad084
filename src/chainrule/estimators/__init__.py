"""scikit-learn's multilayer perceptrons on our engine, with what their users asked for.

`MLPClassifier` and `MLPRegressor` take every parameter of scikit-learn's classes of these names, mean the
same by it, and leave the same attributes. What they have beyond that is named in their docstrings.

Examples
--------
>>> from sklearn.datasets import load_iris
>>> from chainrule.estimators import MLPClassifier
>>> X, y = load_iris(return_X_y=True)
>>> MLPClassifier(solver="lbfgs", random_state=0).fit(X, y).score(X, y) > 0.97
True
"""

from chainrule.errors import ChainruleError

try:
    import sklearn.callback  # noqa: F401 - it came with scikit-learn 1.9
except ImportError as error:
    raise ChainruleError(
        "chainrule.estimators needs scikit-learn 1.9 or newer; install it with: pip install 'chainrule[ml]'"
    ) from error

from chainrule.estimators.classifier import MLPClassifier
from chainrule.estimators.inputs import FeatureScaleWarning
from chainrule.estimators.onnx import register_with_skl2onnx
from chainrule.estimators.regressor import MLPRegressor

register_with_skl2onnx(MLPClassifier, MLPRegressor)

__all__ = ["FeatureScaleWarning", "MLPClassifier", "MLPRegressor"]
