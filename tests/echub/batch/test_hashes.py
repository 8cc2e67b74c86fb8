"""Numbers under the hashes of texts: in their order, also those that come after the first question."""

from echub.batch.hashes import Hashes


def test_numbers_come_back_in_their_order():
    held = Hashes()
    assert not held
    for number, text in enumerate(["b", "a", "b", "ü", "b"]):
        held.add(text, number)
    assert held
    assert (held.of("b"), held.of("a"), held.of("ü"), held.of("none")) == ([0, 2, 4], [1], [3], [])


def test_what_is_added_after_a_question_is_found_too():
    held = Hashes()
    assert "a" not in held
    held.add("a", 7)
    held.add("a", 1 << 62)
    assert held
    assert held.of("a") == [7, 1 << 62]
    assert "b" not in held
