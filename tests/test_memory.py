"""Where memory ends, nothing is half done: a MemoryError, and the next fit works to the same bits."""

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

# Everything is imported and has run once before the limit: a library that cannot even load its own
# code ends the process itself, which no test of ours can change.
CODE = """
import hashlib, os, resource, sys
import numpy as np
import chainrule as cr

headroom, folder = int(sys.argv[1]), sys.argv[2]
net = cr.Network.dense([10, 32, 1], hidden="tanh")
random = np.random.default_rng(0)
X = random.normal(size=(2_000_000, 10))
few, targets = X[:200], X[:200, :1]
path = os.path.join(folder, "m.safetensors")


def fitted():
    return cr.Model(net, seed=1).fit(few, targets, epochs=2)


def digest(model):
    return hashlib.sha256(model.parameters.theta.tobytes()).hexdigest()


before = digest(fitted())
model = fitted()
model.predict(few)
model.save(path)
with open("/proc/self/statm") as pages:
    mapped = int(pages.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (mapped + headroom, resource.RLIM_INFINITY))
ended = []
for attempt in (
    lambda: model.fit(X, X[:, :1], epochs=1, batch_size=len(X)),
    lambda: model.predict(np.ascontiguousarray(X[:, ::-1])),
    lambda: cr.Model(cr.Network.dense([4000, 4000]), seed=0).save(path, overwrite=True),
):
    try:
        attempt()
        ended.append("done")
    except MemoryError:
        ended.append("MemoryError")
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert np.isfinite(model.parameters.theta).all()
assert digest(fitted()) == before
cr.load(path)
print(*ended, sorted(os.listdir(folder)))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory")
@pytest.mark.parametrize("megabytes", [64, 128, 256, 4000])
def test_where_memory_ends_nothing_is_half_done(megabytes, tmp_path):
    command = [sys.executable, "-c", CODE, str(megabytes << 20), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "['m.safetensors']" in ended.stdout
    wanted = "MemoryError" if megabytes < 256 else "done"
    assert (wanted in ended.stdout) or megabytes == 256
