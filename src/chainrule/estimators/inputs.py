"""Rows that come in: arrays, sparse matrices and data frames, checked as scikit-learn checks them."""

import warnings
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

from chainrule.errors import InvalidTypeError, InvalidValueError, Words, sentence, shown
from chainrule.network import accept
from chainrule.network.array import Array

NO_NUMBERS = (nw.String, nw.Categorical, nw.Enum)
FAR_FROM_1 = 100.0  # a typical size from which on a feature outweighs all others where a network starts


class FeatureScaleWarning(UserWarning):
    """A feature is so much larger than 1 that a network learns badly from it."""


def rows(estimator: Any, X: Any, y: Any = None, *, reset: bool, **checks: Any) -> tuple[Array, Any]:
    """Return rows as an array of float32 or float64, and y as it was; names and number of columns are kept.

    Raises
    ------
    ValueError
        As scikit-learn's own check; a number that is not finite is named with its row and column.
    """
    refuse_what_is_no_number(X)
    options = {"accept_sparse": True, "dtype": (np.float64, np.float32), "ensure_all_finite": False}
    given = validate_data(estimator, X, **({} if y is None else {"y": y}), reset=reset, **options, **checks)
    found, targets = (given, None) if y is None else given
    found = dense(found)
    refuse_nonfinite(estimator, found)
    return found, targets


def refuse_what_is_no_number(X: Any) -> None:
    """Raise InvalidTypeError when rows, or a column of a data frame, hold text, categories or dates."""
    if isinstance(X, np.ndarray) and X.dtype.kind in "mM":
        raise InvalidTypeError(sentence("X", accept.kind_of(X), "an array of numbers"))
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return
    for name, kind in frame.schema.items():
        if kind in NO_NUMBERS or kind.is_temporal():
            thing, hint = f"the column {shown(str(name))} of X", "encode it first, e.g. with OneHotEncoder"
            raise InvalidTypeError(sentence(thing, Words(f"of the kind {kind}"), "one of numbers", hint))


def rows_to_predict(estimator: Any, X: Any) -> Array:
    """Return rows as `rows` does; what is plainly right costs next to nothing."""
    plain = type(X) is np.ndarray and X.ndim == 2 and X.dtype.kind == "f" and X.dtype.itemsize in (4, 8)
    if (
        plain
        and len(X)
        and X.shape[1] == estimator.n_features_in_
        and not hasattr(estimator, "feature_names_in_")
    ):
        refuse_nonfinite(estimator, X)
        return X
    return rows(estimator, X, reset=False)[0]


def dense(X: Any) -> Array:
    """Return a sparse matrix as an array; refused before anything is allocated where it would not fit."""
    if not sparse.issparse(X):
        return X
    accept.refuse_too_large("X, which becomes dense,", X.shape[0] * X.shape[1] * X.dtype.itemsize)
    return X.toarray()


def refuse_nonfinite(estimator: Any, X: Array) -> None:
    """Raise InvalidValueError when an entry is NaN or infinite; its row and column are named."""
    if all(np.isfinite(piece).all() for piece in accept.pieces(X)):
        return
    row, column = (int(i) for i in np.argwhere(~np.isfinite(X))[0])
    names = getattr(estimator, "feature_names_in_", None)
    called = "" if names is None else f" ({shown(str(names[column]))})"
    value = X[row, column]
    hint = "fill it first, e.g. with SimpleImputer" if np.isnan(value) else ""
    was = Words("NaN" if np.isnan(value) else str(value))
    raise InvalidValueError(
        sentence(f"X at row {row}, column {column}{called}", was, "a finite number", hint)
    )


def warn_of_scale(estimator: Any, X: Array) -> None:
    """Warn when a feature is far larger than the size of 1 that networks learn well from."""
    if max(X.max(), -X.min()) <= FAR_FROM_1:
        return
    with np.errstate(over="ignore"):
        sizes = np.sqrt(np.einsum("ij,ij->j", X, X, dtype=np.float64) / len(X))
    far = int(sizes.argmax())
    if sizes[far] <= FAR_FROM_1:
        return
    names = getattr(estimator, "feature_names_in_", None)
    called = f"column {far}" if names is None else shown(str(names[far]))
    name, others = type(estimator).__name__, int((sizes > FAR_FROM_1).sum()) - 1
    more = f" ({others} more are above {FAR_FROM_1:g})" if others else ""
    warnings.warn(
        f"the typical size of {called} was {sizes[far]:,.4g}{more}; networks learn well from features of "
        f"about 1: make_pipeline(StandardScaler(), {name}(...)) scales them first",
        FeatureScaleWarning,
        stacklevel=4,
    )


def precision(asked: Any) -> np.dtype | None:
    """Return the precision that was asked for; None is that of the rows."""
    if asked is None:
        return None
    if np.dtype(asked) not in (np.float32, np.float64):
        raise InvalidValueError(sentence("dtype", asked, "float32, float64 or None"))
    return np.dtype(asked)


def in_precision(X: Array, dtype: Any) -> Array:
    """Return rows in a precision, None for their own; refused where a number is too large for it."""
    if dtype is None or X.dtype == dtype:
        return X
    with np.errstate(over="ignore"):
        cast = X.astype(dtype)
    accept.refuse_nonfinite(f"X in {cast.dtype}", cast)
    return cast
