import os
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.engine import compiling

FIT = """
import sys, numpy as np, chainrule as cr
net = cr.Network.dense([2, 2, 1], hidden="tanh")
model = cr.Model(net, dtype=np.float32).fit([[0, 1], [1, 0]], [[0], [1]], epochs=3, engine="compiled")
print(model.history.engine, model.parameters.theta.tobytes().hex())
"""


def fit(**environment):
    run = subprocess.run(
        [sys.executable, "-c", FIT],
        env={**os.environ, "NUMBA_CACHE_DIR": "", **environment},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run


@pytest.mark.slow
def test_it_compiles_once_and_says_so(tmp_path):
    first = fit(XDG_CACHE_HOME=str(tmp_path))
    assert (
        first.stderr == "chainrule: compiling the engine (training in float32), once for this installation\n"
    )
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb*")}
    assert kept
    second = fit(XDG_CACHE_HOME=str(tmp_path))
    assert second.stderr == ""
    assert second.stdout == first.stdout
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb*")} == kept


@pytest.mark.slow
def test_where_nothing_can_be_kept_it_compiles_for_the_process(tmp_path):
    file = tmp_path / "a file"
    file.touch()
    run = fit(XDG_CACHE_HOME=str(file))
    assert "once for this process: no folder can be written" in run.stderr
    assert run.stdout.startswith("compiled")


def test_the_folder_is_named_by_every_source(monkeypatch, tmp_path):
    before = compiling.fingerprint()
    assert before == compiling.fingerprint()
    for source in Path(compiling.__file__).parent.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(compiling, "__file__", str(tmp_path / "compiling.py"))
    assert compiling.fingerprint() == before
    with (tmp_path / "step.py").open("a") as changed:
        changed.write("# another line\n")
    assert compiling.fingerprint() != before


@pytest.mark.parametrize(
    ("platform", "variables", "place"),
    [
        ("linux", {"XDG_CACHE_HOME": "/there"}, "/there"),
        ("darwin", {"HOME": "/there"}, "/there/Library/Caches"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local"),
    ],
)
def test_each_system_has_its_place_for_what_can_be_made_again(monkeypatch, platform, variables, place):
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert compiling.user_cache() == Path(place)
