"""What a page exports is, byte for byte, what the command writes."""

import shlex

import pytest
from page_states import called, opened, refusal

import chainrule as cr
from chainrule.cli import main
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.export import command_of, exported
from chainrule.page.state import State
from chainrule.tutorials import TUTORIALS
from chainrule.writers.explain import WRITERS

QUICK = (".txt", ".html", ".tex", ".ipynb", ".py", ".md", ".json", ".svg")  # the others take a second each


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(command, suffix, folder):
    """What a command writes as a file of this suffix."""
    program, *arguments = shlex.split(command)
    assert program == "chainrule"
    assert main([*arguments, "-o", f"out{suffix}"]) == 0
    data = (folder / f"out{suffix}").read_bytes()
    (folder / f"out{suffix}").unlink()
    return data


def assert_same_files(state, folder, suffixes=WRITERS):
    """The command that the page names writes what the page exports."""
    command = command_of(state)
    if command == "chainrule explain step.json":
        (folder / "step.json").write_bytes(exported(state, ".json"))
    for suffix in suffixes:
        assert written(command, suffix, folder) == exported(state, suffix), suffix


@pytest.mark.parametrize(
    "suffix", [*QUICK, *(pytest.param(each, marks=pytest.mark.slow) for each in WRITERS if each not in QUICK)]
)
def test_a_tutorial_is_exported_as_the_command_writes_it(folder, suffix):
    state = opened("jain")
    assert written("chainrule explain jain", suffix, folder) == exported(state, suffix)


@pytest.mark.parametrize("word", [*TUTORIALS, "and"])
def test_every_example_is_exported_as_the_command_writes_it(folder, word):
    state = opened(word)
    assert command_of(state) == f"chainrule explain {word}"
    assert_same_files(state, folder, [".json"])


def test_a_step_that_no_word_stands_for_is_explained_from_its_json():
    """The command explains one row of two moons, and the page begins with ten."""
    assert command_of(opened("two-moons")) == "chainrule explain step.json"


@pytest.mark.parametrize("word", ["jain", "xor"])
@pytest.mark.parametrize("notation", ["ours", "jain", "sadiya", "kumar"])
def test_other_names_are_in_the_command(folder, word, notation):
    """With several rows in a step a path is called something else: the names know the rows too."""
    state = State.opened(opened(word).lesson.named(notation))
    usual = notation == ("jain" if word == "jain" else "ours")
    assert command_of(state) == f"chainrule explain {word}{'' if usual else f' --names {notation}'}"
    assert_same_files(state, folder, [".json"])


def test_an_edited_and_trained_step_is_exported_as_its_own_json_is_explained(folder):
    state = (
        opened("jain", 3).edited(called("jain")["w5"], 0.45).edited(called("jain")["i1"], 0.07).advanced(2)
    )
    assert command_of(state) == "chainrule explain step.json"
    assert_same_files(state, folder, QUICK)


def test_what_the_update_rule_remembers_is_exported_too(folder):
    state = opened("xor", 3)
    assert_same_files(state.under(state.lesson.named("kumar").names), folder, [".json"])


@pytest.mark.slow
@pytest.mark.parametrize("word", [*TUTORIALS, "xor", "two-moons"])
@pytest.mark.parametrize("steps", [0, 7])
@pytest.mark.parametrize("notation", ["jain", "dustbunny"])
def test_every_file_of_every_example_is_what_the_command_writes(folder, word, steps, notation):
    state = opened(word, steps)
    assert_same_files(state.under(state.lesson.named(notation).names), folder)


def test_a_file_says_the_command_that_writes_it():
    assert "# command: chainrule explain jain\n" in exported(opened("jain"), ".py").decode()
    assert "# command: chainrule explain step.json\n" in exported(opened("jain", 1), ".py").decode()


def test_another_network_or_rule_is_no_longer_the_example():
    for entries in ({"hidden": "tanh"}, {"rate": "0.25"}, {"optimizer": "adam"}, {"sizes": "2-3-2"}):
        state = State.opened(menu.changed(opened("jain").lesson, Asked(entries)))
        assert command_of(state) == "chainrule explain step.json"
    whole = State.opened(menu.changed(opened("xor").lesson, Asked({"batch": "4"})))
    assert command_of(whole) == "chainrule explain xor"
    pairs = State.opened(menu.changed(opened("xor").lesson, Asked({"batch": "2"})))
    assert command_of(pairs) == "chainrule explain step.json"


def test_what_is_rewound_is_the_example_again():
    assert command_of(opened("jain", 5).rewound()) == "chainrule explain jain"


@pytest.mark.parametrize("suffix", ["", ".", ".exe", "py", ".PY", "./../x.py", ".py\0", "." + "x" * 10_000])
def test_an_unknown_suffix_is_refused(suffix):
    told = refusal(exported, opened("jain"), suffix)
    assert told.startswith("the suffix of the file was ")
    assert ".txt, .html, .tex" in told


def test_a_form_that_cannot_hold_a_step_says_why():
    state = State.opened(menu.changed(opened("jain").lesson, Asked({"sizes": "100-100-2"})))
    assert refusal(exported, state, ".py").startswith("the number of statements for a script was ")
    with pytest.raises(cr.TooLargeError):
        exported(state, ".py")
