"""The sets that come with scikit-learn: ``sklearn:iris`` and its like."""

import hashlib
import importlib

from chainrule.errors import unknown_name
from chainrule.files.tables.optional import missing, polars
from chainrule.files.tables.table import Table

BUNDLED = "sklearn:"
TARGETS = {
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "digits": "digit",
    "iris": "species",
    "wine": "cultivar",
}


def read_bundled(source: str) -> Table:
    """Return a set that comes with scikit-learn; nothing is downloaded.

    Parameters
    ----------
    source : str
        ``sklearn:`` and breast_cancer, diabetes, digits, iris or wine.

    Returns
    -------
    Table
        The features under scikit-learn's names, in Float64, and the target last: classes that have
        names by their names. Hashed are the features' and then the target's numbers, little-endian,
        8 bytes each; a note says which column is the target.

    Raises
    ------
    UnknownNameError
        If there is no such set.
    ChainruleError
        If scikit-learn is not installed.
    """
    name = source.removeprefix(BUNDLED)
    if name not in TARGETS:
        raise unknown_name("set of scikit-learn", name, TARGETS)
    pl = polars()
    try:
        datasets = importlib.import_module("sklearn.datasets")
    except ImportError:
        raise missing("scikit-learn") from None
    found = getattr(datasets, f"load_{name}")()
    target = found.target
    # The digits are called 0 to 9, which they are.
    named = "target_names" in found and found.target_names.dtype.kind == "U"
    columns = [pl.Series(str(each), found.data[:, i]) for i, each in enumerate(found.feature_names)]
    columns.append(pl.Series(TARGETS[name], found.target_names[target].tolist() if named else target))
    digest = hashlib.sha256(found.data.astype("<f8").tobytes())
    digest.update(target.astype(target.dtype.newbyteorder("<")).tobytes())
    note = f"the column to predict is {TARGETS[name]!r}"
    return Table(source, pl.DataFrame(columns), digest.hexdigest(), (note,))
