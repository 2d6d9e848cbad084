import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numba import njit
from tests.engine.trainings import Case, network

import chainrule as cr
from chainrule.engine import threads
from chainrule.engine.compiling import kernel


@pytest.fixture
def many_cores(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 64)


def digest(case, **choices):
    state, told = case.run_compiled(**choices)
    found = hashlib.sha256(state.theta.tobytes())
    for array in (*state.slots.values(), told.loss, told.gradient_norm):
        found.update(array.tobytes())
    return found.hexdigest()


CASES = {
    "rows in pieces": Case(
        network([30, 60, 4], "tanh", ("cross_entropy", "softmax")), cr.Adam(), 900, 512, steps=6
    ),
    "gradient in pieces": Case(
        network([400, 300, 5], "relu", ("squared_error", "identity"), dropout=0.5),
        cr.Momentum(1e-4),
        300,
        128,
        steps=6,
    ),
    "clipped": Case(
        network([400, 300, 5], "relu", ("squared_error", "identity")),
        cr.AdamW(1e-3),
        300,
        128,
        clip_norm=0.5,
        penalty=cr.Penalty(l2=0.01, l1=0.01),
        weighted=True,
        steps=6,
    ),
    "parts of a batch": Case(
        network([20, 30, 3], "gelu", ("huber", "identity")), cr.RMSprop(), 90_000, 90_000, steps=2
    ),
    "single": Case(
        network([64, 100, 10], "relu", ("cross_entropy", "softmax")),
        cr.Adam(),
        1000,
        200,
        steps=10,
        dtype=np.float32,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_bits_do_not_depend_on_how_many_threads_there_are(name, many_cores):
    assert len({digest(CASES[name], n_threads=count) for count in (1, 2, 3, 8)}) == 1


def test_threads_are_really_used(many_cores, monkeypatch):
    """Or the test above would compare one thread with itself."""
    started = []
    monkeypatch.setattr(
        threading.Thread,
        "start",
        lambda self, start=threading.Thread.start: (started.append(self), start(self)),
    )
    digest(CASES["gradient in pieces"], n_threads=3)
    assert len(started) >= 2  # two beside this one, in every piece that three take


def test_the_bits_are_the_same_where_the_system_gives_no_threads(many_cores, monkeypatch):
    wanted = digest(CASES["clipped"], n_threads=1)

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert digest(CASES["clipped"], n_threads=4) == wanted


@kernel
def count_up(seen, control, rounds, give_way, threads_, thread):
    for _ in range(rounds):
        while True:
            i = threads.claim(control, threads_)
            if i >= len(seen):
                break
            seen[i] += 1
        if threads.last_to_arrive(control, threads_, give_way):
            threads.go_on(control, threads_)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_piece_is_taken_once_in_each_of_many_meetings(count):
    seen, rounds = np.zeros(7, dtype=np.int64), 3000 if count < 5 else 200
    threads.together(count_up, (seen, threads.new_control(), rounds, threads.give_way_address()), count)
    assert seen.tolist() == [rounds] * 7


def test_uncompiled_one_thread_takes_every_piece():
    seen = np.zeros(7, dtype=np.int64)
    threads_and_thread = (1, 0)
    count_up.py_func(seen, threads.new_control(), 5, 0, *threads_and_thread)
    assert seen.tolist() == [5] * 7


def test_several_fits_at_once_give_the_same_bits_and_share_the_cores(many_cores):
    case = CASES["single"]
    wanted = digest(case, n_threads=1)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: digest(case, n_threads=2), range(12))) == {wanted}


def test_cores_are_lent_once(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 4)
    with threads.lent(3) as first, threads.lent(3) as second, threads.lent(3) as third:
        assert (first, second, third) == (3, 1, 1)
    with threads.lent(9) as all_of_them:
        assert all_of_them == 4


def test_a_pool_tells_its_share(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads.cores() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "1,2")
    assert threads.cores() == 1
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert threads.cores() >= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_computes_the_same_bits(many_cores):
    """After threads were used by the parent; a child that hangs or dies gives none."""
    case = CASES["gradient in pieces"]
    wanted = digest(case, n_threads=2)
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(theirs, digest(case, n_threads=2).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        assert told.read() == wanted
    assert os.waitpid(child, 0)[1] == 0


def fit_digest(_):
    return digest(CASES["single"])


# In a process of its own: joblib's workers outlive what they were asked for.
IN_WORKERS = """
import joblib
from tests.engine.test_threads import fit_digest

found = {fit_digest(0)}
for backend in ("loky", "threading"):
    found |= set(joblib.Parallel(n_jobs=2, backend=backend)(joblib.delayed(fit_digest)(i) for i in range(4)))
print(len(found))
"""


def test_workers_of_joblib_compute_the_same_bits():
    pytest.importorskip("joblib")
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    run = subprocess.run([sys.executable, "-c", IN_WORKERS], env=environment, capture_output=True, text=True)
    assert run.stdout == "1\n", run.stderr


add = njit(lambda *given: threads.add(*given))


def test_adding_returns_what_was_there():
    array = np.array([4, 5])
    assert add(array, 1, 3) == 5
    assert threads.add(array, 1, 3) == 8
    assert array.tolist() == [4, 11]
