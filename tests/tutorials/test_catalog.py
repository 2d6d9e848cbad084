"""Every preset by its name: ids, aliases, gates, sets, and what happens to a name that is none."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import tutorials
from chainrule.tutorials import GATES, SETS, TUTORIALS, Preset, Tutorial, load
from chainrule.tutorials.catalog import ALIASES, NAMES, gate


def test_there_are_five_tutorials_four_gates_and_a_set_of_points():
    assert TUTORIALS == ("jain", "dustbunny", "general-purpose", "sadiya", "kumar")
    assert GATES == ("and", "or", "nand", "xor")
    assert SETS == ("two-moons",)
    assert set(NAMES) == {*TUTORIALS, *ALIASES, *GATES, *SETS}


@pytest.mark.parametrize("name", TUTORIALS)
@pytest.mark.parametrize("spelling", ["{}", "tutorial:{}", "TUTORIAL:{}"])
def test_a_tutorial_comes_by_its_id(name, spelling):
    told = load(spelling.format(name))
    assert isinstance(told, Tutorial)
    assert told.id == name


def test_aliases_are_those_of_the_data_files(facts):
    assert {alias: name for name in TUTORIALS for alias in facts[name]["aliases"]} == ALIASES
    assert {alias: load(alias).id for alias in ALIASES} == {"mazur": "jain", "swap": "general-purpose"}
    assert load("tutorial:mazur").id == "jain"


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("spelling", ["{}", "tutorial:{}"])
def test_a_set_comes_by_its_name(name, spelling):
    told = load(spelling.format(name).upper())
    assert isinstance(told, Preset)
    assert told.id == name


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("spelling", ["{}", "gate:{}", "tutorial:{}"])
def test_a_gate_comes_by_its_name(name, spelling):
    told = load(spelling.format(name).upper())
    assert isinstance(told, Preset)
    assert told.id == name


@pytest.mark.parametrize(
    ("name", "meant"),
    [("jian", "jain"), ("mazour", "mazur"), ("kumra", "kumar"), ("xnor", "xor"), ("moons", "two-moons")],
)
def test_an_unknown_name_gets_the_nearest_one(name, meant):
    with pytest.raises(cr.UnknownNameError) as caught:
        load(name)
    assert f"the tutorial or gate was '{name}'" in str(caught.value)
    assert f"did you mean {meant}?" in str(caught.value)
    assert all(known in str(caught.value) for known in NAMES)


@pytest.mark.parametrize("name", ["", "tutorial:", "../jain", "jain.json", "j a i n", None, 5])
def test_a_name_is_never_taken_for_a_path(name):
    with pytest.raises(cr.UnknownNameError):
        load(name)


TABLES = {"and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor}


@pytest.mark.parametrize("name", GATES)
def test_a_gate_learns_with_ten_seeds_out_of_ten(name):
    for seed in range(10):
        preset = gate(name, seed)
        X, Y = preset.training_rows()
        np.testing.assert_array_equal(preset.trained(seed=seed).predict(X).round(), Y)


@pytest.mark.parametrize("name", GATES)
def test_the_rows_of_a_gate_are_its_truth_table(name):
    X, Y = load(name).training_rows()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    table = TABLES[name](*X.T) if name != "nand" else ~np.logical_and(*X.T)
    assert Y.tolist() == [[float(entry)] for entry in table]


def test_the_seed_of_a_gate_draws_its_weights():
    assert (gate("xor", 0).parameters.theta != gate("xor", 1).parameters.theta).any()
    np.testing.assert_array_equal(gate("xor", 3).parameters.theta, gate("xor", 3).parameters.theta)


def test_the_room_shows_its_names():
    assert set(tutorials.__all__) == {"GATES", "SETS", "TUTORIALS", "Preset", "Tutorial", "load"}
