"""Every change is an operation, and every operation says what it brings about."""

import ast
import importlib
import re
from pathlib import Path

from gangmu.kernel.audit.operations import CATALOGUE
from tests.architecture.source import ROOT, modules, named, tree

VERB = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")


def _files_of_operations() -> list[Path]:
    return [path for path in modules() if path.stem == "operations" or path.parent.name == "operations"]


def _import_all() -> None:
    for path in _files_of_operations():
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_the_catalogue_is_full():
    _import_all()

    assert len(CATALOGUE) > 0


def test_every_operation_says_in_a_sentence_what_it_brings_about():
    _import_all()

    silent = {
        verb: spec.purpose
        for verb, spec in CATALOGUE.items()
        if not re.match(r"[A-Z].*[.:;,]$", spec.purpose)
    }

    assert silent == {}


def test_every_operation_is_named_room_dot_verb_noun():
    _import_all()

    wrong = {
        verb: spec.function.__module__
        for verb, spec in CATALOGUE.items()
        if not VERB.fullmatch(verb) or verb.split(".")[0] not in spec.function.__module__.split(".")
    }

    assert wrong == {}


def test_the_function_bears_the_operations_name():
    _import_all()

    wrong = {
        verb: spec.function.__name__
        for verb, spec in CATALOGUE.items()
        if verb.split(".")[1] != spec.function.__name__
    }

    assert wrong == {}


def test_operations_stand_in_operations_files_only():
    elsewhere = [
        named(path, node)
        for path in modules()
        if path not in _files_of_operations()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "operation"
            for mark in node.decorator_list
        )
    ]

    assert elsewhere == []
