"""The five tables of `examples/data` are scikit-learn's sets, number for number."""

from pathlib import Path

import numpy as np
import pytest

from chainrule.files.tables import fit_encoder, read_table

datasets = pytest.importorskip("sklearn.datasets")

FOLDER = Path(__file__).parents[3] / "examples" / "data"
TARGETS = {
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "digits": "digit",
    "iris": "species",
    "wine": "cultivar",
}


@pytest.mark.parametrize("name", TARGETS)
def test_equal_to_scikit_learn(name):
    found = getattr(datasets, f"load_{name}")()
    for source in (FOLDER / f"{name}.csv", f"sklearn:{name}"):
        frame = read_table(source).frame
        assert frame.columns == [*map(str, found.feature_names), TARGETS[name]]
        assert np.array_equal(frame.drop(TARGETS[name]).to_numpy().astype(float), found.data)
        target = frame.get_column(TARGETS[name]).to_list()
        if name in ("diabetes", "digits"):
            assert target == found.target.tolist()
        else:
            assert target == [str(found.target_names[label]) for label in found.target]


@pytest.mark.parametrize("name", TARGETS)
def test_each_encodes(name):
    frame = read_table(FOLDER / f"{name}.csv").frame
    encoder = fit_encoder(frame, TARGETS[name])
    assert encoder.task == ("number" if name == "diabetes" else "class")
    X = encoder.encode(frame)
    np.testing.assert_allclose(X.mean(axis=0, dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(X.std(axis=0, dtype=float), 1, atol=1e-5)
    decoded = encoder.decode(encoder.encode_target(frame)).get_column(TARGETS[name])
    if encoder.task == "class":
        assert decoded.to_list() == frame.get_column(TARGETS[name]).to_list()
    else:
        np.testing.assert_allclose(decoded, frame.get_column(TARGETS[name]), rtol=1e-5)


def test_constant_pixels_are_left_out_and_named():
    encoder = fit_encoder(read_table(FOLDER / "digits.csv").frame, "digit")
    assert len(encoder.columns) == 61
    assert encoder.notes[-1].endswith("'pixel_0_0', 'pixel_4_0', 'pixel_4_7'")


def test_hash_of_a_bundled_set_is_always_the_same():
    assert read_table("sklearn:iris").sha256 == read_table("sklearn:iris").sha256


def test_source_and_license_of_each():
    text = (FOLDER / "README.md").read_text()
    for name in TARGETS:
        assert f"**{name}.csv.**" in text
    assert text.count("License: ") == 5
    assert {path.name for path in FOLDER.iterdir()} == {"README.md", *(f"{name}.csv" for name in TARGETS)}
