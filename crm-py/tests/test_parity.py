"""Everything that the facade of the core does can be done from Python."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import crm_core
import pytest
from crm_core import _core

CORE = Path(__file__).parents[2] / "crm-core"
OPERATIONS = (CORE / "tests" / "scenarios" / "operations.txt").read_text(encoding="utf-8").split()
# Operations on things that are not plain data are functions of `_core`.
NOT_PLAIN = {
    "intake.purchases", "intake.contacts",
    "marketing.plan", "marketing.adopt", "marketing.next_batch", "marketing.sent",
    "scores.purchases", "scores.summaries", "scores.rfm", "scores.assess",
}  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_has_a_method(operation: str) -> None:
    room, name = operation.split(".")
    with crm_core.in_memory() as crm:
        method = getattr(getattr(crm, room), name)
    assert inspect.getdoc(method)
    named = [one.rstrip("_") for one in inspect.signature(method).parameters]
    assert named == parameters(room, name)


def test_every_method_is_an_operation() -> None:
    with crm_core.in_memory() as crm:
        rooms = {name: getattr(crm, name) for name in type(crm).__slots__ if not name.startswith("_")}
        found = {
            f"{room}.{name}"
            for room, handle in rooms.items()
            for name in dir(handle)
            if not name.startswith("_") and callable(getattr(handle, name))
        }
    assert found == set(OPERATIONS)


def test_the_compiled_half_knows_the_same() -> None:
    assert set(_core.Engine.operations()) == set(OPERATIONS) - NOT_PLAIN


def parameters(room: str, method: str) -> list[str]:
    """The names of a method's parameters in Rust."""
    for path in (CORE / "src" / "crm").rglob("*.rs"):
        text = path.read_text(encoding="utf-8")
        for block in re.findall(rf"impl {room.capitalize()} {{\n(.*?)\n}}\n", text, re.DOTALL):
            if head := re.search(rf"pub fn {method}\((.*?)\) -> ", block, re.DOTALL):
                return [name for name in re.findall(r"(\w+): ", re.sub(r"<[^>]*>", "", head[1])) if name != "self"]
    raise AssertionError(f"{room}.{method} is not in the sources")
