"""The limits that a child sets itself, each looked at in a process of its own."""

import os
import signal
import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")


def run(script):
    return subprocess.run(
        [sys.executable, "-c", "import resource\nfrom chainrule.files.inside import limit\n" + script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def test_computing_ends_even_without_a_parent():
    assert -run("limit(1 << 30, seconds=0)\nwhile True: pass").returncode in (signal.SIGKILL, signal.SIGXCPU)


def test_a_crash_leaves_no_core_behind():
    assert run("limit(1 << 30, 9); print(resource.getrlimit(resource.RLIMIT_CORE))").stdout == "(0, 0)\n"


def test_lower_limits_stay():
    script = (
        "resource.setrlimit(resource.RLIMIT_CPU, (5, 5)); limit(1 << 30, 100);"
        "print(resource.getrlimit(resource.RLIMIT_CPU))"
    )
    assert run(script).stdout == "(5, 5)\n"


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="only Linux limits the memory")
def test_memory_has_the_headroom_asked_for():
    script = (
        "limit(64 << 20, 9); bytearray(40 << 20)\n"
        "try: bytearray(80 << 20)\n"
        "except MemoryError: print('refused')"
    )
    assert run(script).stdout == "refused\n"


def test_where_nothing_tells_what_is_mapped():
    script = (
        "import chainrule.files.inside as inside; inside.mapped_bytes = lambda: None; limit(1, 9);"
        "print(resource.getrlimit(resource.RLIMIT_AS) == (resource.RLIM_INFINITY,) * 2)"
    )
    assert run(script).stdout == "True\n"


def test_system_without_limits():
    assert (
        run("import sys; sys.modules['resource'] = None; limit(1, 9); print(len(bytes(9)))").stdout == "9\n"
    )
