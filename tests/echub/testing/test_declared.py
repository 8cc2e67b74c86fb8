"""The contracts take samples, generator and tolerances from the declaration where the test gives none."""

import dataclasses

import pytest

from echub.registry.registry import registry
from echub.testing import AnalysisContract, ReaderContract
from tests.echub.testing.test_analysis import GOOD, HERE, measured

DECLARED = dataclasses.replace(GOOD, example=f"{HERE}:measured", tolerances={"exact": 0.5, "seeds": 3})


def contract(**attributes):
    return type("TestOne", (AnalysisContract,), {"analysis": DECLARED, **attributes})()


def test_the_declared_example_is_asked():
    assert contract()._case.truth == measured(0).truth


def test_a_generator_of_the_test_wins():
    other = dataclasses.replace(measured(0), truth={"other": 1.0})
    assert contract(generate=staticmethod(lambda seed: other))._case is other


def test_without_either_the_rule_says_what_to_give():
    with pytest.raises(pytest.fail.Exception, match="give `generate`, or declare example="):
        contract(analysis=GOOD).test_it_answers()


def test_the_subclass_has_the_last_word_on_tolerances_the_contract_the_first():
    assert contract()._tolerance("exact") == 0.5
    assert contract(exact=0.1)._tolerance("exact") == 0.1
    assert contract()._tolerance("bias") == AnalysisContract.bias


def test_a_tolerance_that_is_none_breaks_a_rule():
    wrong = dataclasses.replace(DECLARED, tolerances={"exactness": 1})
    with pytest.raises(pytest.fail.Exception, match="found: exactness"):
        contract(analysis=wrong).test_its_declaration_is_sound()


def test_a_reader_is_tried_on_its_declared_samples(tmp_path, monkeypatch):
    name, declared = next(iter(registry().readers.items()))
    (tmp_path / "acme_package").mkdir()
    (tmp_path / "acme_package" / "one.acme").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with_samples = dataclasses.replace(declared, samples="acme_package:*.acme")
    monkeypatch.setitem(registry().readers, name, with_samples)
    one = type("TestOne", (ReaderContract,), {"reader": name})
    assert [path.name for path in one.paths()] == ["one.acme"]
    assert [p.name for p in type("TestTwo", (one,), {"files": ["two.acme"]}).paths()] == ["two.acme"]
    monkeypatch.setitem(registry().readers, name, dataclasses.replace(declared, samples="acme_package:*.no"))
    assert one.paths() == []
