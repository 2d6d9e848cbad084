"""Class labels as columns of 0 and 1, and outputs as labels again."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.estimators.correspondence import Kind
from chainrule.network.array import Array


@dataclass(frozen=True, eq=False)
class Labels:
    """The classes of a classifier.

    Parameters
    ----------
    classes : array, shape (k,)
        The labels, sorted; with several labels a row, the numbers of the columns.
    kind : str
        Whether a row has one of two classes (or the only one), one of several, or several at once.
    sparse : bool
        Whether several labels a row come and go as a sparse matrix.
    """

    classes: Array
    kind: Kind
    sparse: bool = False

    @classmethod
    def of(cls, y: Any) -> "Labels":
        """Learn the classes from targets: labels (n,), or 0 and 1 for each of several, (n, k)."""
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            may_be = "labels (n,), or 0 and 1 for each class (n, k)"
            raise InvalidValueError(sentence("y", Words("several columns of many classes"), may_be))
        if kind not in ("binary", "multiclass", "multilabel-indicator"):
            check_classification_targets(y)  # which raises, in scikit-learn's words
        if kind == "multilabel-indicator":
            return cls(np.arange(y.shape[1]), "several", sparse.issparse(y))
        return cls.listed(np.asarray(y))

    @classmethod
    def listed(cls, classes: Any) -> "Labels":
        """Take the classes from a list of them, in any order."""
        found = np.unique(np.asarray(classes))
        return cls.one_of(found)

    @classmethod
    def one_of(cls, classes: Array) -> "Labels":
        """Take sorted classes of which each row has one."""
        return cls(classes, "one of two" if len(classes) <= 2 else "one of several")

    @classmethod
    def for_outputs(cls, classes: Any, outputs: int, activation: str) -> "Labels":
        """Take the classes in the order of a network's outputs: 0, 1, 2 ... where they are None."""
        counts = (1, 2) if outputs == 1 else (outputs,)
        found = np.arange(counts[-1]) if classes is None else np.asarray(classes)
        if found.ndim != 1 or len(np.unique(found)) not in counts or len(found) not in counts:
            may_be = f"{' or '.join(map(str, counts))} different ones for the network"
            raise InvalidValueError(sentence("the list of classes", found, may_be))
        if outputs == 1:
            return cls(found, "one of two")
        return cls(found, "one of several" if activation == "softmax" else "several")

    def sample(self) -> Array:
        """Return targets of which these very classes would be learned."""
        return np.eye(len(self.classes), dtype=int) if self.kind == "several" else self.classes

    @property
    def outputs(self) -> int:
        """How many outputs a network has for them."""
        return 1 if self.kind == "one of two" else len(self.classes)

    def columns(self, y: Any, dtype: np.dtype) -> Array:
        """Return the targets of a network, shape (n, outputs).

        Raises
        ------
        InvalidValueError
            When a label is none of the classes, or there are several a row where there was one.
        """
        several = getattr(y, "ndim", 1) == 2
        if several != (self.kind == "several"):
            was = "several labels a row" if several else "one label a row"
            raise InvalidValueError(sentence("y", Words(was), "what it was when the classes were learned"))
        if several:
            dense = y.toarray() if sparse.issparse(y) else np.asarray(y)
            if dense.shape[1] != len(self.classes):
                raise InvalidValueError(
                    sentence("the number of labels", dense.shape[1], f"{len(self.classes)}")
                )
            return dense.astype(dtype)
        place = self.places(y)
        if self.kind == "one of two":
            return (place == 1).astype(dtype)[:, np.newaxis]
        columns = np.zeros((len(place), len(self.classes)), dtype=dtype)
        columns[np.arange(len(place)), place] = 1
        return columns

    def places(self, y: Any) -> Array:
        """Return where in the classes each label stands."""
        found, place_of = np.unique(np.asarray(y), return_inverse=True)
        unknown = np.setdiff1d(found, self.classes)
        if len(unknown):
            raise InvalidValueError(
                "`y` has classes not in `self.classes_`. "
                f"`self.classes_` has {self.classes}. 'y' has {found}."
            )
        return np.searchsorted(self.classes, found)[place_of]

    def labels(self, A: Array) -> Any:
        """Return the labels that outputs say: the largest, or those above 1/2."""
        if self.kind == "several":
            said = (A > 0.5).astype(int)
            return sparse.csr_matrix(said) if self.sparse else said
        if self.kind == "one of two":
            return self.classes[
                (A[:, 0] > 0.5).astype(int) if len(self.classes) == 2 else np.zeros(len(A), int)
            ]
        return self.classes[A.argmax(axis=1)]

    def probabilities(self, A: Array) -> Array:
        """Return the probability of every class, shape (n, k)."""
        if self.kind != "one of two":
            return A
        return np.ones_like(A) if len(self.classes) == 1 else np.hstack([1 - A, A])
