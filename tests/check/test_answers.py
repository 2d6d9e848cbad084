"""Numbers are read from a file as they were written, and what is no such file is refused by its row."""

import pytest

import chainrule as cr
from chainrule import read_numbers


def written(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("heading", ["", "name,value\n", "quantity,my number\n"])
def test_a_table_with_or_without_a_heading(tmp_path, heading):
    path = written(tmp_path, heading + "out_o1, 0.7514\n\ndelta_o1,0.1385\n")
    assert read_numbers(path) == {"out_o1": "0.7514", "delta_o1": "0.1385"}


def test_digits_are_kept_and_empty_numbers_left_out(tmp_path):
    path = written(tmp_path, "\ufeffout_o1,0.50\nout_o2,\n∂E_total/∂w5,8e-2\n")
    assert read_numbers(path) == {"out_o1": "0.50", "∂E_total/∂w5": "8e-2"}


def test_json_is_a_table_too(tmp_path):
    path = written(tmp_path, '{"out_o1": "0.50", "out_o2": 0.25, "net_o1": ""}', "mine.json")
    assert read_numbers(path) == {"out_o1": "0.50", "out_o2": 0.25}


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("a 1\n", "mine.csv", "row 1 was 'a 1'; it may be a name, a comma and a number"),
        ("a,1\na,2\n", "mine.csv", "row 2 had the name 'a' again"),
        ("a,1,2\n", "mine.csv", "row 1"),
        ('"a,1\n', "mine.csv", "the table cannot be read"),
        ("[1]", "mine.json", "one table of names and numbers"),
        ('{"a": 1, "a": 2}', "mine.json", "the name 'a' twice"),
        ("{", "mine.json", "no JSON"),
        ("a,1", "mine.txt", "one whose name ends in .csv, .json, .ods or .xlsx"),
    ],
)
def test_what_is_no_such_file_gets_one_sentence(tmp_path, text, name, words):
    with pytest.raises(cr.InvalidFileError) as caught:
        read_numbers(written(tmp_path, text, name))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(cr.InvalidFileError, match="cannot be read"):
        read_numbers(tmp_path / "none.csv")
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(cr.InvalidFileError, match="UTF-8"):
        read_numbers(tmp_path / "odd.csv")


def test_a_table_with_semicolons_may_have_decimal_commas(tmp_path):
    path = written(tmp_path, "name;value\nnet_h1;0,3775\nw5;1,5e-3\n", "mine.csv")
    assert read_numbers(path) == {"net_h1": "0.3775", "w5": "1.5e-3"}


@pytest.mark.parametrize("number", ["abc", "nan", "1_000", "\u0661\u0662", "1e999", "0x1F"])
def test_a_first_row_that_is_no_heading_is_not_passed_over(tmp_path, number):
    mine = read_numbers(written(tmp_path, f"net_h1,{number}\nnet_h2,0.3925\n", "mine.csv"))
    with pytest.raises(cr.InvalidValueError, match="net_h1 was"):
        cr.check_numbers(cr.tutorials.load("jain").trace(), mine)
