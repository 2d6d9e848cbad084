"""The command as a process: where its words go, what it touches, and odd surroundings."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chainrule.writers.formula_text import TO_ASCII

ESCAPE = "\x1b"
UNIX = pytest.mark.skipif(os.name != "posix", reason="asks for what Unix has")


def start(*arguments, **choices):
    return subprocess.Popen([sys.executable, "-m", "chainrule", *arguments], **choices)


class Terminal:
    """A pseudo-terminal that a process writes to; `text` is what was written so far."""

    def __init__(self):
        self.ours, self.theirs = pytest.importorskip("pty").openpty()
        self.pieces, self.came = [], threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        try:
            while piece := os.read(self.ours, 4096):
                self.pieces.append(piece)
                self.came.set()
        except OSError:
            pass  # the other end was closed

    def close(self):
        os.close(self.theirs)
        self.reader.join()
        os.close(self.ours)

    @property
    def text(self):
        return b"".join(self.pieces).decode("utf-8")


@pytest.fixture
def terminal():
    one = Terminal()
    yield one
    if one.reader.is_alive():
        one.close()


# Standard output and standard error


def test_results_and_complaints_have_their_own_streams(process):
    assert process("fit", "jain", "--epochs", "3").err == ""
    done = process("fit", "jain", "--epochs", "x")
    assert (done.status, done.out) == (2, "")
    assert done.err == "chainrule: the number of epochs was 'x'; it may be a whole number, 0 or above\n"


@UNIX
def test_a_bar_is_shown_on_a_terminal_and_the_results_stay_clean(terminal, run):
    arguments = ("fit", "jain", "--epochs", "3000")
    with start(*arguments, stdout=subprocess.PIPE, stderr=terminal.theirs) as running:
        out = running.stdout.read().decode()
    terminal.close()
    assert running.returncode == 0
    assert "epoch" in terminal.text
    assert "3000/3000" in terminal.text
    assert out == run(*arguments).out
    assert ESCAPE not in out


@UNIX
def test_results_have_no_escape_codes_even_on_a_terminal(terminal):
    """NO_COLOR has nothing to take away from them; the bar's own colors are tested beside the bar."""
    for arguments in (["explain", "jain"], ["check", "jain"], ["fit", "jain", "--epochs", "1"], ["--help"]):
        start(*arguments, stdout=terminal.theirs, stderr=subprocess.DEVNULL).wait()
    terminal.close()
    assert "E_total after" in terminal.text
    assert "derivatives checked" in terminal.text
    assert ESCAPE not in terminal.text


@UNIX
@pytest.mark.parametrize(
    "arguments", [["explain", "xor", "--json"], ["explain", "jain"]], ids=["long", "short"]
)
def test_a_reader_who_leaves_gets_no_complaint(arguments):
    """`chainrule explain xor --json | head -1`: the first line is read, and the pipe closed."""
    with start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


@UNIX
@pytest.mark.parametrize(
    ("arguments", "status"), [(["explain", "jain"], 0), (["--help"], 0), (["nonsense"], 2)]
)
def test_a_reader_who_was_never_there_gets_none_either(arguments, status):
    with start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert b"Traceback" not in running.stderr.read()
    assert running.returncode == status


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("arguments", [["explain", "jain"], ["explain", "xor", "--json"], ["--version"]])
def test_a_full_disk_is_one_sentence(arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "chainrule", *arguments], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"chainrule: the operating system refused: No space left on device\n"


# Interrupted


@UNIX
def test_an_interrupted_fit_ends_with_130_and_writes_nothing(terminal, tmp_path):
    """The interrupt comes when the bar is there: in the midst of training."""
    arguments = ("fit", "xor", "--epochs", "1000000000", "-o", "net.mat")
    with start(*arguments, stdout=subprocess.PIPE, stderr=terminal.theirs, cwd=tmp_path) as running:
        assert terminal.came.wait(60)
        running.send_signal(signal.SIGINT)
        out = running.stdout.read()
    terminal.close()
    assert running.returncode == 130
    assert out == b""
    assert terminal.text.rstrip().endswith("chainrule: interrupted")
    assert "Traceback" not in terminal.text
    assert list(tmp_path.iterdir()) == []


# Few letters

ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


@pytest.mark.parametrize("command", ["explain jain", "explain xor", "check sadiya", "fit jain --epochs 2"])
def test_where_output_is_ascii_the_same_is_said_in_ascii(process, run, command):
    few, many = process(*command.split(), surroundings=ASCII), run(*command.split())
    assert (few.status, few.err) == (0, "")
    assert few.out.isascii()
    assert few.out == many.out.translate(TO_ASCII)


def test_where_output_is_ascii_json_is_the_same_data(process, run):
    command = ("explain", "jain", "--json")
    few, many = process(*command, surroundings=ASCII), run(*command)
    assert few.out.isascii()
    assert not many.out.isascii()
    assert json.loads(few.out) == json.loads(many.out)


def test_an_encoding_with_some_of_the_letters_keeps_to_ascii_as_well(process):
    done = process("explain", "jain", surroundings={"PYTHONIOENCODING": "latin-1"})
    assert (done.status, done.err) == (0, "")
    assert done.out.isascii()


@UNIX
def test_a_bar_on_a_terminal_of_few_letters(terminal):
    surroundings = {**os.environ, **ASCII, "TERM": "vt100"}
    arguments = ("fit", "jain", "--epochs", "2000")
    with start(*arguments, stdout=subprocess.PIPE, stderr=terminal.theirs, env=surroundings) as running:
        running.stdout.read()
    terminal.close()
    assert running.returncode == 0
    assert "2000/2000" in terminal.text


# The same results everywhere

EVERYWHERE = {
    "python -O": {"options": ["-O"]},
    "python -OO": {"options": ["-OO"]},
    "isolated": {"options": ["-I"]},
    "every warning an error": {"options": ["-W", "error"]},
    "hash seed 0": {"surroundings": {"PYTHONHASHSEED": "0"}},
    "hash seed 1": {"surroundings": {"PYTHONHASHSEED": "1"}},
    "no HOME": {"without": ["HOME", "XDG_CACHE_HOME", "TERM"]},
    "a HOME that is not there": {"surroundings": {"HOME": "/no/such/folder"}},
    "another language": {"surroundings": {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}},
    "NO_COLOR": {"surroundings": {"NO_COLOR": "1"}},
    "FORCE_COLOR": {"surroundings": {"FORCE_COLOR": "1", "TERM": "xterm"}},
    "a terminal of one column": {"surroundings": {"COLUMNS": "1"}},
    "one thread": {"surroundings": {"OPENBLAS_NUM_THREADS": "1"}},
    "nothing on standard input": {"stdin": subprocess.DEVNULL},
}
COMMAND = ("fit", "xor", "--epochs", "20", "--batch-size", "1", "--shuffle", "--seed", "3", "--json")


@pytest.fixture(scope="module")
def at_home(tmp_path_factory):
    command = [sys.executable, "-m", "chainrule", *COMMAND]
    return subprocess.run(
        command, cwd=tmp_path_factory.mktemp("home"), capture_output=True, check=True
    ).stdout


OFTEN = ("python -O", "hash seed 0", "hash seed 1", "no HOME", "every warning an error", "another language")
RARELY = [pytest.param(where, marks=pytest.mark.slow) for where in EVERYWHERE if where not in OFTEN]


@pytest.mark.parametrize("where", [*OFTEN, *RARELY])
def test_the_same_results_in_odd_surroundings(process, at_home, where):
    done = process(*COMMAND, **EVERYWHERE[where])
    assert (done.status, done.err) == (0, "")
    assert done.out.encode() == at_home


@UNIX
def test_a_folder_that_cannot_be_written_is_no_hindrance(process, at_home, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    assert process(*COMMAND, cwd=folder) == (0, at_home.decode(), "")
    assert process("fit", "sadiya", "--epochs", "1", cwd=folder).status == 0  # its rows come out of a file
    assert list(folder.iterdir()) == []


@UNIX
def test_a_folder_that_is_gone_is_no_hindrance(process, at_home, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    code = (
        f"import os; os.rmdir({str(folder)!r}); import sys; from chainrule.cli import main; sys.exit(main())"
    )
    assert process(*COMMAND, code=code, cwd=folder) == (0, at_home.decode(), "")


# What it touches

WATCH = """
import os, sys
touched = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
           "os.truncate", "shutil.", "tempfile.", "socket.", "urllib.", "ftplib.", "os.system", "os.exec",
           "os.fork", "os.posix_spawn", "subprocess.Popen")

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if flags & WRITES and path != os.devnull:
            touched.append(f"open {path}")
    elif event.startswith(CHANGES):
        touched.append(" ".join([event, *(str(each) for each in arguments[:1])]))

sys.addaudithook(watch)
from chainrule.cli import main
status = main()
for each in touched:
    print(each, file=sys.stderr)
sys.exit(status)
"""


def touched(process, *arguments):
    done = process(*arguments, code=WATCH, options=["-B"], surroundings={"COLUMNS": "80"})
    assert done.status == 0
    return done.err.splitlines()


@pytest.mark.parametrize(
    "command",
    ["--help", "--version", "explain jain", "explain xor --json", "fit jain --epochs 2", "check kumar"],
)
def test_a_command_writes_no_file_and_opens_no_socket_and_starts_nothing(process, tmp_path, command):
    assert touched(process, *command.split()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["fit sadiya --epochs 1", "tutorials"])
def test_only_what_is_in_a_mat_file_is_read_by_a_process_of_its_own(process, command):
    assert touched(process, *command.split()) == [f"subprocess.Popen {sys.executable}"]


def test_fit_writes_the_file_it_was_asked_for_and_no_other(process, tmp_path):
    target = tmp_path / "net.mat"
    told = touched(process, "fit", "xor", "--epochs", "1", "-o", "net.mat")
    opened = re.escape(str(tmp_path)) + r"/\.net\.mat\.[0-9a-f]+\.tmp"
    assert re.fullmatch(rf"open {opened}", told[0])
    assert all(
        re.fullmatch(rf"(open|os\.link|os\.remove|os\.rename|os\.chmod) {opened}", each) for each in told
    )
    assert list(tmp_path.iterdir()) == [target]


def test_the_watch_sees_what_it_looks_for(process):
    code = WATCH.replace("status = main()", "import socket; open('x', 'w'); socket.socket(); status = 0")
    done = process(code=code, options=["-B"])
    assert [line.split()[0] for line in done.err.splitlines()] == ["open", "socket.__new__"]
