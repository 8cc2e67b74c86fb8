"""A notice is a code and a message."""

from echub.model.notice import Notice


def test_a_notice_compares_and_prints_by_what_it_says():
    assert Notice("a", "b") == Notice("a", "b") != Notice("a", "c")
    assert Notice("a", "b").as_dict() == {"code": "a", "message": "b"}
