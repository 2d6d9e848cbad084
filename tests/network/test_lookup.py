from dataclasses import dataclass

import pytest

from chainrule.errors import UnknownNameError
from chainrule.network.lookup import find, table


@dataclass(frozen=True)
class Fruit:
    name: str
    also: tuple[str, ...] = ()


ROWS = table(Fruit("sour_cherry", ("amarelle",)), Fruit("plum"))


def test_a_table_holds_its_rows_under_their_names():
    assert list(ROWS) == ["sour_cherry", "plum"]


@pytest.mark.parametrize("name", ["sour_cherry", "Sour-Cherry", " SOUR CHERRY ", "amarelle", "Amarelle"])
def test_a_row_is_found_by_any_of_its_names(name):
    assert find("fruit", name, ROWS) is ROWS["sour_cherry"]


def test_an_unknown_name_is_answered_with_all_names_and_the_nearest():
    with pytest.raises(UnknownNameError) as error:
        find("fruit", "plumm", ROWS)
    assert str(error.value) == "the fruit was 'plumm'; it may be sour_cherry, plum (did you mean plum?)"


@pytest.mark.parametrize("name", [None, 3, b"plum", ["plum"], "", "\x1b[31m"])
def test_what_is_no_name_is_refused_in_one_line(name):
    with pytest.raises(UnknownNameError, match="the fruit was") as error:
        find("fruit", name, ROWS)
    assert str(error.value).isprintable()
