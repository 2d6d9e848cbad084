"""The command line as a whole: help, version, and an answer to every wrong word."""

import re
from importlib.metadata import entry_points

import pytest

import chainrule as cr
from chainrule.cli import main

FIRST = ("tutorials", "explain", "derive", "audit", "worksheet", "page", "fit", "train")
COMMANDS = (*FIRST, "check", "diagnose", "predict", "evaluate", "info", "export", "resume", "bench")


def test_the_installed_program_is_this_function():
    (program,) = entry_points(group="console_scripts", name="chainrule")
    assert program.load() is main


def test_python_runs_the_package_as_a_program(process):
    done = process("--version")
    assert done == (0, f"chainrule {cr.__version__}\n", "")


def test_the_version(run):
    assert run("--version") == (0, f"chainrule {cr.__version__}\n", "")


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_every_command(run, arguments):
    done = run(*arguments)
    assert (done.status, done.err) == (0, "")
    listed = re.findall(r"^  (\w+)  ", done.out.split("Commands:")[1], re.MULTILINE)
    assert tuple(listed) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(run, command):
    done = run(command, "--help")
    assert (done.status, done.err) == (0, "")
    assert "--json" in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("explane", "explain"),
        ("tutorial", "tutorials"),
        ("fti", "fit"),
        ("chek", "check"),
        ("Train", "train"),
        ("help", "--help"),
        ("jain", "chainrule explain jain"),
        ("XOR", "chainrule explain XOR"),
        ("two-moons", "chainrule explain two-moons"),
        ("net.mat", "chainrule explain net.mat"),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest(refused, typed, meant):
    told = refused(typed, "jain")
    assert told.startswith(f"the command was '{typed}'; it may be {', '.join(COMMANDS)}, --help")
    assert told.endswith(f"(did you mean {meant}?)")


def test_a_word_that_is_near_nothing_gets_no_suggestion(refused):
    assert "did you mean" not in refused("qqqqq")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("--epoch", "--epochs"), ("--learning_rate", "--learning-rate"), ("--batchsize", "--batch-size")],
)
def test_an_unknown_option_is_answered_with_the_nearest(refused, typed, meant):
    told = refused("fit", "jain", typed, "3")
    assert told.startswith(f"the option was '{typed}'; it may be --epochs, --learning-rate,")
    assert told.endswith(f"(did you mean {meant}?)")


def test_what_to_explain_is_asked_for(refused):
    assert refused("explain") == "WHAT was missing; it may be a tutorial, a gate, a file, or --sizes 2,3,1"


def test_what_to_check_is_asked_for(refused):
    may_be = "a tutorial, a gate, a file, or --function module:name"
    assert refused("check") == f"WHAT was missing; it may be {may_be}"


@pytest.mark.parametrize("command", ["fit", "train"])
def test_a_missing_what_is_asked_for(refused, command):
    assert refused(command).startswith("WHAT was missing; it may be a tutorial (jain, ")


@pytest.mark.parametrize("command", ["explain jain", "fit jain", "check jain", "tutorials"])
def test_one_word_too_many_is_named(refused, command):
    assert refused(*command.split(), "kumar") == "got unexpected extra argument (kumar)"


def test_an_option_without_its_value_is_named(refused):
    assert "'--epochs' requires an argument" in refused("fit", "jain", "--epochs")


NUMBERS = [
    ("fit jain --epochs", ["-1", "x", "1.5", "", "1e3", "nan"], "the number of epochs", "0 or above"),
    ("fit jain --batch-size", ["0", "-1", "all", "2.5"], "the batch size", "1 or above"),
    ("fit jain --seed", ["-1", "x", "1.5", str(2**64)], "the seed", f"from 0 to {2**64 - 1}"),
    (
        "fit jain --learning-rate",
        ["0", "-0.5", "nan", "inf", "1e999", "0,5", ""],
        "the learning rate",
        "above 0",
    ),
    ("explain jain --digits", ["0", "18", "-1", "ten", "1.5"], "--digits", "from 1 to 17"),
    ("explain jain --most", ["0", "-1", "all"], "--most", "1 or above"),
]


@pytest.mark.parametrize(
    ("command", "typed", "thing", "may_be"),
    [(command, typed, thing, may_be) for command, wrong, thing, may_be in NUMBERS for typed in wrong],
)
def test_a_wrong_number_is_shown_with_what_it_may_be(refused, command, typed, thing, may_be):
    told = refused(*command.split(), typed)
    assert re.fullmatch(rf"{thing} was '?{re.escape(typed)}'?; it may be a .*{re.escape(may_be)}", told)


def test_a_number_with_thousands_of_digits_is_shown_cut(refused):
    assert "9999..." in refused("fit", "jain", "--epochs", "9" * 5000)


@pytest.mark.parametrize(
    ("typed", "meant"), [("jian", "jain"), ("XRO", "xor"), ("kumra", "kumar"), ("dustbuny", "dustbunny")]
)
@pytest.mark.parametrize("command", ["explain", "fit", "check"])
def test_an_unknown_tutorial_is_answered_with_the_nearest(refused, command, typed, meant):
    told = refused(command, typed)
    assert told.startswith(f"the tutorial or gate was '{typed}'; it may be jain, dustbunny, ")
    assert told.endswith(f"(did you mean {meant}?)")


@pytest.mark.parametrize("option", ["--hidden", "--output", "--loss"])
@pytest.mark.parametrize("command", ["explain", "fit", "check"])
def test_what_is_for_files_is_refused_for_a_tutorial(refused, command, option):
    told = refused(command, "jain", option, "relu")
    assert told == f"{option} was 'relu'; it may be given for a .mat file only, not for jain"


def test_a_mistake_of_ours_is_not_hidden(run, monkeypatch):
    """Only what a person did wrong becomes a sentence; a bug shows where it is."""
    monkeypatch.setattr("chainrule.tutorials.catalog.load", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("explain", "jain")


def test_what_the_system_refuses_is_one_sentence(refused, monkeypatch):
    def fail(name):
        raise PermissionError(13, "Permission denied", "/a/file")

    monkeypatch.setattr("chainrule.tutorials.catalog.load", fail)
    assert refused("explain", "jain") == "'/a/file' cannot be read or written: Permission denied"


def test_an_interrupt_is_130_and_one_word(run, monkeypatch):
    def stop(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.tutorials.catalog.load", stop)
    done = run("explain", "jain")
    assert (done.status, done.out, done.err.strip()) == (130, "", "chainrule: interrupted")
