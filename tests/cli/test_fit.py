"""`chainrule fit`: train, see the loss fall, keep the network in a file."""

import json
import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.files.matlab import read_mat
from chainrule.tutorials import load


def losses(out):
    """The lines of the table: epoch to loss."""
    return {
        int(line.split()[0].replace(",", "")): line.split()[1]
        for line in out.splitlines()
        if LOSS.match(line)
    }


LOSS = re.compile(r" +[\d,]+  \S+$")


def test_the_loss_of_jain_plummets(run):
    done = run("fit", "jain", "--epochs", 10000)
    assert (done.status, done.err) == (0, "")
    told = losses(done.out)
    assert list(told) == [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
    assert told[0] == "0.2983711088"
    assert told[1] == "0.2910277737"
    assert told[10000] == "3.510187783e-05"
    values = list(map(float, told.values()))
    assert values == sorted(values, reverse=True)


def test_general_purpose_learns_the_swap_from_its_own_weights(run):
    told = json.loads(run("fit", "general-purpose", "--json").out)
    assert np.round(told["outputs"]).tolist() == told["targets"]
    assert told["targets"] == [row[::-1] for row in told["inputs"]]
    assert len(told["inputs"]) == 4


def test_sadiya_learns_from_its_file(run):
    told = json.loads(run("fit", "sadiya", "--json").out)
    assert told["rows"] == 8
    assert told["loss_after"] < 0.7 * told["loss_before"]


@pytest.mark.parametrize("gate", ["and", "or", "nand", "xor"])
def test_a_gate_is_learned_whole(run, gate):
    told = json.loads(run("fit", gate, "--json").out)
    assert np.round(told["outputs"]).tolist() == told["targets"]


def test_train_is_the_same(run):
    assert run("train", "xor", "--epochs", 7) == run("fit", "xor", "--epochs", 7)


@pytest.mark.parametrize("name", ["jain", "xor", "sadiya"])
def test_json_holds_what_the_text_says(run, name):
    text, told = (
        run("fit", name, "--epochs", 30).out,
        json.loads(run("fit", name, "--epochs", 30, "--json").out),
    )
    shown = losses(text)
    assert shown[0] == f"{told['loss_before']:.10g}"
    assert shown[30] == f"{told['loss_after']:.10g}"
    assert all(shown[epoch] == f"{told['loss'][epoch]:.10g}" for epoch in (1, 2, 5, 10, 20))
    assert len(told["loss"]) == told["epochs"] == 30
    for key in ("network", "optimizer", "loss_name"):
        assert told[key] in text
    rows = zip(told["inputs"], told["outputs"], told["targets"], strict=True)
    for number, values in enumerate(rows, start=1):
        ins, outs, wanted = (", ".join(f"{value:.6g}" for value in each) for each in values)
        assert f"{number:>3}  {ins} -> {outs} ({wanted})" in text


def test_it_gives_what_a_training_in_python_gives(run):
    told = json.loads(
        run("fit", "xor", "--epochs", 20, "--batch-size", 3, "--shuffle", "--seed", 5, "--json").out
    )
    gate = load("xor")
    model = gate.trained(epochs=20, batch_size=3, shuffle=True, seed=5)
    assert told["loss"] == model.history.loss.tolist()
    assert told["outputs"] == model.predict(gate.X).tolist()
    assert told["batch_size"] == 3
    assert told["engine"] == "reference"


def outputs(run, *options):
    return json.loads(run("fit", "xor", "--epochs", 10, "--json", *options).out)["outputs"]


def test_the_options_have_their_effect(run):
    shuffled = ("--batch-size", 1, "--shuffle")
    assert outputs(run, *shuffled) == outputs(run, *shuffled, "--seed", 0)
    different = [
        (),
        ("--batch-size", 1),
        shuffled,
        (*shuffled, "--seed", 1),
        ("--learning-rate", 0.01),
        ("--epochs", 11),
    ]
    assert len({str(outputs(run, *options)) for options in different}) == len(different)
    assert outputs(run, "--lr", "1e-2") == outputs(run, "--learning-rate", "0.01")
    assert outputs(run, "--no-shuffle") == outputs(run)


def test_no_epochs_show_the_network_as_it_is(run):
    done = run("fit", "jain", "--epochs", 0)
    assert (done.status, list(losses(done.out))) == (0, [0])
    told = json.loads(run("fit", "jain", "--epochs", 0, "--json").out)
    assert told["loss"] == []
    assert told["loss_before"] == told["loss_after"]


def test_training_that_diverges_is_told_and_the_status_is_1(refused):
    told = refused("fit", "kumar", "--learning-rate", "1e6", status=1)
    assert re.fullmatch(r"training diverged in epoch \d+, batch 1: .*; try a smaller learning rate", told)


# Written


def test_the_network_is_written_and_can_be_read_again(run, tmp_path):
    told = json.loads(run("fit", "xor", "--epochs", 50, "-o", "net.mat", "--json").out)
    found = read_mat(tmp_path / "net.mat")
    assert found.sizes == (2, 8, 1)
    net = load("xor").network
    model = cr.Model(net, cr.Parameters.from_arrays(net, found.weights, found.biases, orientation="from_to"))
    assert model.predict(found.inputs).tolist() == told["outputs"]
    assert found.targets.tolist() == told["targets"]


def test_training_goes_on_from_a_file(run):
    first = json.loads(run("fit", "xor", "--out", "net.mat", "--json").out)
    said = ("--hidden", "tanh", "--output", "sigmoid", "--loss", "binary_cross_entropy")
    second = json.loads(run("fit", "net.mat", *said, "--epochs", 1, "--json").out)
    assert second["loss_before"] == first["loss_after"]
    assert second["id"] == "net.mat"
    assert second["network"] == first["network"]


def test_what_a_file_does_not_say_has_a_default_that_help_tells(run):
    run("fit", "xor", "--epochs", 1, "-o", "net.mat")
    told = json.loads(run("fit", "net.mat", "--epochs", 1, "--json").out)
    assert told["network"] == "2-8-1, tanh then sigmoid, squared_error"
    shown = " ".join(run("fit", "--help").out.split())
    assert all(f"{default} if not said" in shown for default in ("tanh", "sigmoid", "squared_error"))


def test_the_same_fit_writes_the_same_bytes(run, tmp_path):
    for name in ("first.mat", "second.mat"):
        run("fit", "xor", "--epochs", 3, "-o", name)
    assert (tmp_path / "first.mat").read_bytes() == (tmp_path / "second.mat").read_bytes()


def test_a_file_that_is_there_is_overwritten_only_with_force(run, refused, tmp_path):
    net = tmp_path / "net.mat"
    net.write_bytes(b"mine")
    assert (
        refused("fit", "xor", "-o", "net.mat")
        == "'net.mat' exists already; it may be overwritten with --force"
    )
    assert net.read_bytes() == b"mine"
    assert run("fit", "xor", "--epochs", 1, "-o", "net.mat", "--force").status == 0
    assert read_mat(net).sizes == (2, 8, 1)


WRONG_TARGETS = [
    (("xor", "-o", "net.txt"), "the file to write was 'net.txt'; it may be one whose name ends in .mat"),
    (("xor", "-o", "."), "the file to write was '.'; it may be one whose name ends in .mat"),
    (("xor", "-o", "no/net.mat"), "the folder of '.*/no/net.mat' was missing; it may be one that exists"),
    (("xor", "-o", "folder.mat", "--force"), "'.*folder.mat' was a folder; it may be a plain file"),
    (
        ("jain", "-o", "net.mat"),
        "jain has layers whose units share one bias; a .mat file may have one for each unit",
    ),
]


@pytest.mark.parametrize(("arguments", "wanted"), WRONG_TARGETS)
def test_what_cannot_be_written_is_refused_before_anything_is_learned(
    refused, tmp_path, monkeypatch, arguments, wanted
):
    (tmp_path / "folder.mat").mkdir()
    monkeypatch.setattr(cr.Model, "fit", lambda *_, **__: pytest.fail("it was trained"))
    assert re.fullmatch(wanted, refused("fit", *arguments))


WRONG = ["xor --lr 0", "xor --epochs -1", "xor --hidden relu", "xor --batch-size 0", "xro", "no.mat"]


@pytest.mark.parametrize("typed", WRONG)
def test_nothing_is_written_when_something_is_wrong(refused, tmp_path, typed):
    refused("fit", *typed.split(), "-o", "net.mat")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_when_training_diverges(run, refused, tmp_path):
    run("fit", "xor", "--epochs", 1, "-o", "start.mat")
    linear = ("--hidden", "identity", "--output", "identity", "--lr", "1e6")
    refused("fit", "start.mat", *linear, "-o", "net.mat", status=1)
    assert [path.name for path in tmp_path.iterdir()] == ["start.mat"]


def test_nothing_is_written_after_an_interrupt(run, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cr.Model, "fit", stop)
    done = run("fit", "xor", "-o", "net.mat")
    assert (done.status, done.out) == (130, "")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed_and_stays(run, tmp_path):
    (tmp_path / "there.mat").write_bytes(b"old")
    (tmp_path / "link.mat").symlink_to("there.mat")
    assert run("fit", "xor", "--epochs", 1, "-o", "link.mat", "--force").status == 0
    assert (tmp_path / "link.mat").is_symlink()
    assert read_mat(tmp_path / "there.mat").sizes == (2, 8, 1)
