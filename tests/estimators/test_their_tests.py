"""scikit-learn's own tests of its MLP, run against ours in place of theirs: the docs tell how each ends."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sklearn
import sklearn.neural_network.tests

PAGE = Path(__file__).parents[2] / "docs" / "from_scikit_learn.md"
THEIRS = Path(sklearn.neural_network.tests.__file__).with_name("test_mlp.py")
IMPORT = "from sklearn.neural_network import MLPClassifier, MLPRegressor"
SEED = """
import pytest

@pytest.fixture
def global_random_seed():
    return 0
"""


def told(heading):
    """Return the names of the tests that the page lists under a heading."""
    text = PAGE.read_text("utf-8").split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    return set(re.findall(r"`(test_\w+)`", text))


@pytest.mark.slow
def test_scikit_learns_tests_end_as_the_page_says(tmp_path):
    source = THEIRS.read_text("utf-8")
    assert source.count(IMPORT) == 1
    ours = source.replace(IMPORT, "from chainrule.estimators import MLPClassifier, MLPRegressor")
    (tmp_path / "test_mlp.py").write_text(ours, "utf-8")
    (tmp_path / "conftest.py").write_text(SEED, "utf-8")
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", "."]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=600, check=False)
    cases = ElementTree.parse(report).getroot().iter("testcase")
    ends = {}
    for case in cases:
        name = case.get("name").split("[")[0]
        failed = case.find("failure") is not None or case.find("error") is not None
        ends[name] = ends.get(name, False) or failed
    passed = {name for name, failed in ends.items() if not failed}
    others = told("Ours is right") | told("Private names of theirs")
    assert ends.keys() - passed == others & ends.keys()
    assert told("Pass") & ends.keys() <= passed
    if f"scikit-learn {sklearn.__version__}," in PAGE.read_text("utf-8"):  # another one has other tests
        assert passed == told("Pass")
        assert ends.keys() - passed == others
