"""A fitted estimator as plain JSON data, and back: names and numbers, never code.

What comes in from a file is believed in nothing: kinds of things are looked up in the tables here.
"""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

from chainrule.errors import (
    ChainruleError,
    InvalidFileError,
    InvalidValueError,
    Words,
    sentence,
    shown,
    unknown_name,
)
from chainrule.estimators.labels import Labels
from chainrule.network import optimizers, schedules
from chainrule.network.activations import Activation
from chainrule.network.losses import LOSSES, Loss, with_settings
from chainrule.network.network import Network

# What a setting may be beside numbers, text and lists of them; each is made again of its fields.
MADE: dict[str, Callable[..., Any]] = {
    kind.__name__: kind
    for kind in (
        optimizers.GradientDescent,
        optimizers.Momentum,
        optimizers.RMSprop,
        optimizers.Adagrad,
        optimizers.Adam,
        optimizers.AdamW,
        optimizers.LBFGS,
        schedules.Constant,
        schedules.InverseScaling,
        schedules.StepDecay,
        schedules.Cosine,
        schedules.OneCycle,
        schedules.WarmUp,
    )
}
KIND = "kind"
LABEL_KINDS = "biufU"  # NumPy's letters of what labels may be in a file
CURVES = ("loss_curve_", "validation_scores_", "validation_loss_curve_")
NUMBERS = ("loss_", "best_loss_", "best_validation_score_", "n_iter_", "t_")


class Found(NamedTuple):
    """What a file tells about an estimator beside its network."""

    settings: dict[str, Any]
    labels: Labels | None
    attributes: dict[str, Any]


def described(estimator: Any) -> dict[str, Any]:
    """Return what a file says about an estimator beside its network."""
    usual = type(estimator)().get_params(deep=False)
    settings = {
        name: plain(name, value)
        for name, value in estimator.get_params(deep=False).items()
        if not (value is usual[name] or (type(value) is type(usual[name]) and value == usual[name]))
    }
    labels = getattr(estimator, "_labels", None)
    names = getattr(estimator, "feature_names_in_", None)
    told = {
        name: plain(name, getattr(estimator, name))
        for name in (*CURVES, *NUMBERS)
        if hasattr(estimator, name)
    }
    return {
        "class": type(estimator).__name__,
        "settings": settings,
        "labels": None if labels is None else described_labels(labels),
        "features": None if names is None else [str(name) for name in names],
        "told": told,
    }


def plain(name: str, value: Any) -> Any:
    """Return a setting as plain JSON data.

    Raises
    ------
    InvalidValueError
        When it is code, or a generator of random numbers, which a file does not hold.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return {KIND: "infinity"}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, tuple):
        return {KIND: "tuple", "items": [plain(name, each) for each in value]}
    if isinstance(value, (list, np.ndarray)):
        return [plain(name, each) for each in value]
    if isinstance(value, dict):
        return {KIND: "dict", "items": [[plain(name, key), plain(name, each)] for key, each in value.items()]}
    if isinstance(value, (type, np.dtype)) and value in (np.float32, np.float64):
        return np.dtype(value).name
    if isinstance(value, Activation) and value.in_table:
        return value.name
    if isinstance(value, Loss) and value.in_table:
        of_loss = {each: plain(name, setting) for each, setting in value.settings.items()}
        return {KIND: "Loss", "name": value.name, **of_loss}
    if is_dataclass(value) and MADE.get(type(value).__name__) is type(value):
        of_fields = {field.name: plain(name, getattr(value, field.name)) for field in fields(value)}
        return {KIND: type(value).__name__, **of_fields}
    may_be = "a number, a name or one of chainrule's own things: a file holds no code (pickle and joblib do)"
    raise InvalidValueError(sentence(name, value, may_be))


def settings_from(kind: Any, description: Any, network: Network) -> Found:
    """Return what `described` put into a file.

    Parameters
    ----------
    kind : type
        Which estimator is read.
    description : object
        What the file holds, plain JSON.
    network : Network
        The network of the file.

    Raises
    ------
    InvalidFileError
        When it is no estimator of that kind, or something in it cannot be.
    """
    name = kind.__name__
    if not isinstance(description, dict):
        may_be = f"what {name}.save wrote"
        raise InvalidFileError(sentence("the file", Words("a model without an estimator"), may_be))
    if description.get("class") != name:
        thing = "the estimator in the file"
        raise InvalidFileError(sentence(thing, Words(shown(description.get("class"))), name))
    try:
        return Found(
            settings_of(kind, description["settings"]),
            labels_from(description["labels"], network) if hasattr(kind, "predict_proba") else None,
            {**features_of(description["features"], network), **told_of(description["told"])},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InvalidFileError):
            raise
        said = str(error) if isinstance(error, ChainruleError) else type(error).__name__
        raise InvalidFileError(f"the estimator in the file cannot be made: {said}") from error


def settings_of(kind: Any, description: Any) -> dict[str, Any]:
    """Return the settings in a file, which are all ones that the estimator has."""
    known = kind().get_params(deep=False)
    for name in description:
        if name not in known:
            raise unknown_name("setting in the file", name, known)
    return {name: made(value) for name, value in description.items()}


def features_of(description: Any, network: Network) -> dict[str, Any]:
    """Return the names of the features in a file, if there are any."""
    if description is None:
        return {}
    names = np.array([str(name) for name in description], dtype=object)
    if len(names) != network.sizes[0]:
        raise InvalidFileError(sentence("the number of features", len(names), f"{network.sizes[0]}"))
    return {"feature_names_in_": names}


def told_of(description: Any) -> dict[str, Any]:
    """Return how the fit in a file went; only curves and numbers are taken, under the names they have."""
    told = {name: made(value) for name, value in description.items() if name in (*CURVES, *NUMBERS)}
    for name, value in told.items():
        each = value if name in CURVES and isinstance(value, list) else [value]
        if not all(one is None or type(one) in (int, float) for one in each):
            raise InvalidFileError(
                sentence(name, value, "a list of numbers" if name in CURVES else "a number")
            )
    return told


def made(value: Any) -> Any:
    """Return the thing that plain JSON data describes."""
    if isinstance(value, list):
        return [made(each) for each in value]
    if not isinstance(value, dict):
        return value
    content = {name: made(each) for name, each in value.items() if name != KIND}
    match value[KIND]:
        case "infinity":
            return math.inf
        case "dict":
            return dict(content["items"])
        case "tuple":
            return tuple(content["items"])
        case "Loss":
            return with_settings(LOSSES[content.pop("name")].name, content)
        case kind:
            return MADE[kind](**content)


def described_labels(labels: Labels) -> dict[str, Any]:
    """Return classes as plain JSON data."""
    classes = labels.classes
    if classes.dtype.kind == "O" and all(isinstance(each, str) for each in classes):
        values, dtype = classes, "text"  # an array of Python's own strings
    elif classes.dtype.kind in LABEL_KINDS:
        values, dtype = classes, classes.dtype.str
    else:
        may_be = "text, whole numbers, numbers or booleans: a file holds no code (pickle and joblib do)"
        raise InvalidValueError(sentence("the kind of the classes", Words(classes.dtype), may_be))
    return {"classes": values.tolist(), "dtype": dtype, "kind": labels.kind, "sparse": labels.sparse}


def labels_from(description: Any, network: Network) -> Labels:
    """Return the classes that `described_labels` put into a file."""
    of_text = description["dtype"] == "text"
    dtype = np.dtype(object if of_text else description["dtype"])
    if not of_text and dtype.kind not in LABEL_KINDS:
        raise InvalidFileError(sentence("the kind of the classes", Words(dtype), "text or numbers"))
    classes, outputs = np.array(description["classes"], dtype=dtype), network.sizes[-1]
    several = (outputs,)
    fitting = {"one of two": (1, 2) if outputs == 1 else (), "one of several": several, "several": several}
    if classes.ndim != 1 or len(classes) not in fitting[description["kind"]]:
        raise InvalidFileError(sentence("the number of classes", len(classes), f"that of {network}"))
    return Labels(classes, description["kind"], bool(description["sparse"]))
