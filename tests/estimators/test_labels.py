"""Labels as columns of 0 and 1, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, issparse
from sklearn.preprocessing import LabelBinarizer

from chainrule.estimators.labels import Labels

NAMES = st.lists(st.sampled_from(["a", "b", "", "é", "10", "9"]), min_size=2, max_size=20)
NUMBERS = st.lists(st.integers(-3, 3), min_size=2, max_size=20)


@given(NAMES | NUMBERS | st.lists(st.booleans(), min_size=2, max_size=20))
def test_the_columns_are_scikit_learns_and_lead_back(labels):
    y = np.array(labels)
    known = Labels.of(y)
    columns = known.columns(y, np.dtype(np.float32))
    assert columns.dtype == np.float32
    assert np.array_equal(columns, LabelBinarizer().fit_transform(y))
    assert np.array_equal(known.labels(columns), y)
    assert known.labels(columns).dtype == y.dtype
    assert known.probabilities(columns).shape == (len(y), len(known.classes))


def test_several_labels_a_row_stay_as_they_came():
    y = np.array([[0, 1, 0], [1, 1, 0]])
    for given_ in (y, csr_matrix(y)):
        known = Labels.of(given_)
        found = known.labels(known.columns(given_, np.dtype(float)))
        assert issparse(found) == issparse(given_)
        assert np.array_equal(found.toarray() if issparse(found) else found, y)


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (np.array([0.5, 1.5]), "Unknown label type: continuous"),
        (np.array([[1, 2], [3, 4]]), "several columns of many classes; it may be labels"),
    ],
)
def test_what_is_no_label_is_refused(y, said):
    with pytest.raises(ValueError, match=said):
        Labels.of(y)


def test_later_labels_must_be_known_and_of_the_same_kind():
    known = Labels.of(np.array(["a", "b", "c"]))
    with pytest.raises(ValueError, match="has classes not in"):
        known.columns(np.array(["a", "d"]), np.dtype(float))
    with pytest.raises(ValueError, match="y was several labels a row; it may be what it was"):
        known.columns(np.eye(3, dtype=int), np.dtype(float))
    with pytest.raises(ValueError, match="the number of labels was 2; it may be 3"):
        Labels.of(np.eye(3, dtype=int)).columns(np.eye(2, dtype=int), np.dtype(float))
