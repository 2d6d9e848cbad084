import json


def test_a_workload_is_timed_alone(run, tmp_path):
    kept, drawn = tmp_path / "run.json", tmp_path / "run.svg"
    done = run("bench", "gates", "--alone", "--rounds", "2", "--keep", str(kept), "--picture", str(drawn))
    assert done.status == 0
    assert "gates" in done.out
    found = json.loads(kept.read_text())["workloads"]["gates"]
    assert set(found["measured"]) == {"chainrule", "chainrule, SciPy's BLAS"}
    assert all(len(each["seconds"]) == 2 and not each["error"] for each in found["measured"].values())
    assert found["product_rate"] > 0
    assert drawn.read_text().startswith("<svg")
    again = run("bench", "gates", "--alone", "--rounds", "1", "--keep", str(kept))
    assert again.status == 2
    assert str(kept) in again.err


def test_an_unknown_workload_gets_the_nearest(refused):
    assert "(did you mean mnist_128?)" in refused("bench", "mnist128")


def test_rounds_and_threads_are_numbers(refused):
    assert refused("bench", "gates", "--rounds", "0").startswith("rounds was 0")
    assert refused("bench", "gates", "--threads", "0").startswith("threads was 0")
