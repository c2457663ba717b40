"""The picture of the grid: the kinds of most outputs, each cell within its box."""

from datetime import UTC, datetime

from hubbub.answers import Answers
from hubbub.web.grid import GAP, HEAD, KINDS, LABELS, WIDTH, draw
from tests.answers.stated import keep
from tests.answers.test_answers_thriving import about, doi, spoke
from tests.conftest import NewStore

NOW = datetime(2028, 1, 1, tzinfo=UTC)


def test_the_kinds_of_most_outputs_are_drawn_and_the_others_counted(new_store: NewStore) -> None:
    store, names = new_store(), [f"w{n}" for n in range(20)]
    with store.writing() as writer:
        writer.wanted.put("mine", [doi(name) for name in names])
    keep(store, *(about(name, f"kind {chr(97 + max(n, 4))}") for n, name in enumerate(names)), *spoke("w0", 1))
    found = Answers(store).thrive("mine", NOW)
    assert found is not None
    grid = draw(found)
    assert grid is not None
    assert [one.name for one in grid.columns][:2] == ["kind e", "kind f"]
    assert (len(grid.columns), grid.left, grid.columns[-1].name) == (KINDS + 1, 16 - KINDS, "all kinds")
    assert grid.width == LABELS + (KINDS + 1) * WIDTH
    for cell in grid.cells:
        assert LABELS <= cell.x <= grid.width - WIDTH
        assert HEAD <= cell.y < grid.height
        assert 0 <= cell.bar <= WIDTH - GAP
    assert [cell.of for cell in grid.cells if cell.bar] == ["1 of 5", "1 of 20"]


def test_of_nothing_there_is_no_picture(new_store: NewStore) -> None:
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [])
    found = Answers(store).thrive("mine", NOW)
    assert found is not None
    assert draw(found) is None
