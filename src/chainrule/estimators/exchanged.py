"""Estimators from and to other things: our models, scikit-learn's own estimators, files."""

import os
from copy import copy
from typing import Any

import numpy as np
import sklearn.neural_network
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import check_is_fitted

from chainrule.errors import InvalidFileError, InvalidTypeError, InvalidValueError, sentence
from chainrule.estimators.correspondence import LOSSES_BY_NAME, ours, theirs
from chainrule.estimators.described import described, settings_from
from chainrule.estimators.labels import Labels
from chainrule.estimators.onnx import written
from chainrule.export.onnx_file import onnx_bytes
from chainrule.files.atomic import write_atomically
from chainrule.files.model_file import ModelFile, load_model, save_model
from chainrule.model import Model
from chainrule.network.activations import Activation
from chainrule.network.losses import LOSSES, Loss
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters

THEIR_ACTIVATIONS = ("identity", "logistic", "tanh", "relu")
THEIR_SOLVERS = ("lbfgs", "sgd", "adam")
# What the fits of both leave, beside the weights.
TOLD = (
    "loss_",
    "loss_curve_",
    "best_loss_",
    "validation_scores_",
    "best_validation_score_",
    "n_iter_",
    "t_",
    "_no_improvement_count",
)


class Exchanged:
    """How an estimator leaves, and comes from elsewhere."""

    def to_network(self: Any) -> Model:
        """Return the network with its parameters, as a `chainrule.Model`: a copy, with all its verbs."""
        check_is_fitted(self, "coefs_")
        parameters = self._parameters
        return Model(self.network_, parameters.like(parameters.theta.copy()))

    @classmethod
    def from_network(cls: Any, model: Model, *, classes: Any = None) -> Any:
        """Return a fitted estimator that predicts what a model does.

        Parameters
        ----------
        model : Model
            One bias a unit in every layer.
        classes : array, optional
            The labels of a classifier, in the order of the outputs; 0, 1, 2 ... by default.
        """
        if not isinstance(model, Model):
            raise InvalidTypeError(
                sentence("what an estimator was to be made of", model, "a chainrule.Model")
            )
        network = model.network
        cls._require_kind(network)
        kinds = [layer.activation for layer in network.layers]
        sizes = tuple(network.sizes[1:-1])
        hidden = [theirs(kind) if kind.in_table else kind for kind in kinds[:-1]]
        alike = not hidden or all(kind is kinds[0] for kind in kinds[:-1])
        dropped = [layer.dropout for layer in network.layers[:-1]]
        loss, output = named(network)
        made = cls(
            hidden_layer_sizes=sizes,
            activation=(hidden[0] if hidden else "relu") if alike else hidden,
            dropout=dropped if any(dropped) else 0.0,
            loss=loss,
            out_activation=output,
        )
        made._take_network(network, model.parameters, classes)
        return made

    def _take_network(self: Any, network: Network, parameters: Parameters, classes: Any) -> None:
        """Become an estimator that was fitted to have these parameters."""
        for number, layer in enumerate(network.layers, start=1):
            if layer.bias != "per_unit":
                raise InvalidValueError(sentence(f"the bias of layer {number}", layer.bias, "per_unit"))
        self._take_classes(network, classes)
        vars(self).update(self._attributes(parameters.like(parameters.theta.copy())))
        self.n_features_in_, self.n_iter_, self.t_ = network.sizes[0], 0, 0

    @classmethod
    def from_sklearn(cls: Any, estimator: Any) -> Any:
        """Return an estimator that is fitted as one of scikit-learn's is, with its settings.

        Parameters
        ----------
        estimator : sklearn.neural_network.MLPClassifier or MLPRegressor
            Fitted; it stays as it is.
        """
        kind = getattr(sklearn.neural_network, cls.__name__)
        if type(estimator) is not kind or not hasattr(estimator, "coefs_"):
            may_be = f"a fitted sklearn.neural_network.{cls.__name__}"
            raise InvalidTypeError(sentence("what an estimator was to be made of", estimator, may_be))
        made = cls(**estimator.get_params())
        for name in ("n_features_in_", "feature_names_in_", *TOLD):
            if hasattr(estimator, name):
                setattr(made, name, copy(getattr(estimator, name)))
        if hasattr(estimator, "classes_"):
            binarizer = estimator._label_binarizer
            several = binarizer.y_type_.startswith("multilabel")
            several_labels = Labels(estimator.classes_, "several", binarizer.sparse_input_)
            made._labels = several_labels if several else Labels.one_of(estimator.classes_)
            made.classes_ = estimator.classes_
        made.coefs_ = [np.array(W) for W in estimator.coefs_]
        made.intercepts_ = [np.array(b) for b in estimator.intercepts_]
        return made._settled()

    def _settled(self: Any) -> Any:
        """Return this estimator once all attributes follow from `coefs_` and `intercepts_`."""
        _ = self._parameters
        return self

    def to_sklearn(self: Any) -> Any:
        """Return one of scikit-learn's estimators that is fitted as this one is, with its settings.

        Raises
        ------
        InvalidValueError
            When it has something that scikit-learn's does not know: another activation, loss or solver.
        """
        kind = getattr(sklearn.neural_network, type(self).__name__)
        check_is_fitted(self, "coefs_")
        settings = {name: getattr(self, name) for name in kind().get_params()}
        self._require_theirs()
        made = kind(**settings)
        parameters = self._parameters
        for name in (
            "n_features_in_",
            "feature_names_in_",
            "n_layers_",
            "n_outputs_",
            "out_activation_",
            *TOLD,
        ):
            if hasattr(self, name):
                setattr(made, name, copy(getattr(self, name)))
        made.coefs_ = [np.array(W) for W in parameters.W]
        made.intercepts_ = [np.array(b) for b in parameters.b]
        made._best_coefs, made._best_intercepts = made.coefs_, made.intercepts_
        if hasattr(self, "classes_"):
            made._label_binarizer = LabelBinarizer().fit(self._labels.sample())
            made.classes_ = made._label_binarizer.classes_
        return made

    def _require_theirs(self: Any) -> None:
        """Raise InvalidValueError unless scikit-learn's estimator has all that this one was made with."""
        names = {row.name for row in LOSSES_BY_NAME if row.theirs}
        layers = self._parameters.layout.network.layers
        for thing, value, known in (
            ("the activation", self.activation, THEIR_ACTIVATIONS),
            ("the solver", self.solver, THEIR_SOLVERS),
            ("the loss", self.loss, names),
            ("the learning rate", self.learning_rate, ("constant", "invscaling", "adaptive")),
        ):
            if not isinstance(value, str) or value not in known:
                raise InvalidValueError(
                    sentence(f"{thing} for scikit-learn", value, ", ".join(sorted(known)))
                )
        for name in ("dropout", "class_weight", "clip_norm", "scoring"):
            if getattr(self, name, None):
                raise InvalidValueError(sentence(f"{name} for scikit-learn", getattr(self, name), "left out"))
        usual = self._usual()
        if layers[-1].activation is not usual.output:
            thing = "the output activation for scikit-learn"
            raise InvalidValueError(sentence(thing, layers[-1].activation.name, usual.output.name))

    def save(self: Any, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the fitted estimator as one .safetensors file: weights, settings, classes, names.

        It holds no code and is never executed; the same fit gives the same bytes. What an optimizer
        remembers for a later `partial_fit` is not in it: pickle and joblib keep that.

        Parameters
        ----------
        path : str or path
            The file.
        overwrite : bool
            Whether an existing file may be replaced.

        Raises
        ------
        InvalidValueError
            When a setting is code of your own.
        InvalidFileError
            When the file cannot be written there.
        """
        check_is_fitted(self, "coefs_")
        parameters = self._parameters
        training = {"estimator": described(self)}
        save_model(path, ModelFile(self.network_, parameters, training=training), overwrite=overwrite)

    def to_onnx(
        self: Any,
        path: str | os.PathLike[str] | None = None,
        *,
        overwrite: bool = False,
        input_name: str | None = None,
    ) -> Any:
        """Return the fitted estimator as ONNX, and write it where a path is given.

        Rows come as ``X``, shape (n, n_features), or where the estimator was fitted to a data frame as one
        input of shape (n, 1) for each column, by its name; in the precision of the weights. A classifier
        gives ``label`` and ``probabilities``, a regressor ``variable``, shape (n, n_outputs). skl2onnx
        converts pipelines that hold the estimator, once `chainrule.estimators` was imported. It needs the
        extra ``onnx``.

        Parameters
        ----------
        path : str or path, optional
            The file.
        overwrite : bool
            Whether an existing file may be replaced.
        input_name : str, optional
            The name of one input for all columns.

        Returns
        -------
        onnx.ModelProto
            The same estimator gives the same bytes.

        Raises
        ------
        InvalidValueError
            When an activation is code of your own, or a name cannot stand in an ONNX file.
        """
        check_is_fitted(self, "coefs_")
        model = written(self, input_name)
        if path is not None:
            write_atomically(path, onnx_bytes(model), overwrite=overwrite)
        return model

    @classmethod
    def load(cls: Any, path: str | os.PathLike[str]) -> Any:
        """Read an estimator from the file that `save` wrote, once everything in it was checked.

        Parameters
        ----------
        path : str or path
            The file.

        Raises
        ------
        InvalidFileError
            When the file is anything else, another kind of estimator, or was altered in a single bit.
        """
        file = load_model(path)
        found = settings_from(cls, file.training.get("estimator"), file.network)
        made = cls(**found.settings)
        try:
            made._validate_params()
        except ValueError as error:
            raise InvalidFileError(f"the estimator in the file cannot be made: {error}") from error
        made._take_network(file.network, file.parameters, found.labels)
        vars(made).update(found.attributes)
        return made


def named(network: Network) -> tuple[str | Loss, Activation | None]:
    """Return the loss and the output activation of a network as settings: by name if they have one."""
    output = network.layers[-1].activation
    for row in LOSSES_BY_NAME:
        if LOSSES[row.ours] is network.loss and ours(row.output) is output:
            return row.name, None
    return network.loss, output
