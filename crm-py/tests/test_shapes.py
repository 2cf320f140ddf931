"""The dataclasses have the fields of the structures that they stand for."""

from __future__ import annotations

import dataclasses
import enum
import re
from pathlib import Path

import crm_core
import pytest
from crm_core import (
    attribution,
    base,
    clustering,
    contracts,
    customer,
    intake,
    interaction,
    loyalty,
    marketing,
    models,
    occasions,
    privacy,
    recommend,
    response,
    retention,
    risk,
    score,
    segment,
    store,
    surveys,
)

SOURCES = Path(__file__).parents[2] / "crm-core" / "src"
# What has another form in Python, or exists here only.
OWN = {"Page", "Permission", "Fault", "PurchaseFit", "ContractFit", "BgBbFit", "_Fit"}
# Where analyses stand in Rust.
SCORES = (attribution, clustering, contracts, models, occasions, recommend, response, retention, risk, surveys)
MODULES = (base, customer, interaction, intake, privacy, segment, score, loyalty, marketing, store, *SCORES)


def classes() -> list[type]:
    found = {
        one
        for module in MODULES
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and not one.__name__.startswith("_")
    }
    return sorted(found, key=lambda one: one.__name__)


def body(room: str, kind: str, name: str) -> str:
    """The inside of a declaration in Rust."""
    scores = {one.__name__.split(".")[-1]: ["score"] for one in SCORES}
    folders = {"base": ["base"], "store": ["store", "fact.rs", "record.rs"], **scores}.get(room, [room])
    paths = [path for folder in [*folders, "crm"] for path in sources(SOURCES / folder)]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        found = re.search(rf"^( *)pub {kind} {name}\b[^\n]*{{\n(.*?)^\1}}", text, re.DOTALL | re.MULTILINE)
        if found:
            return found[2]
    raise AssertionError(f"{kind} {name} is not in the sources")


def sources(path: Path) -> list[Path]:
    return [path] if path.suffix == ".rs" else sorted(path.rglob("*.rs"))


@pytest.mark.parametrize(
    "cls", [one for one in classes() if dataclasses.is_dataclass(one)], ids=lambda one: one.__name__
)
def test_fields(cls: type) -> None:
    if cls.__name__ in OWN or hasattr(cls, "_tag"):
        return
    room = cls.__module__.split(".")[-1]
    inside = body(room, "struct", cls.__name__)
    skipped = set(re.findall(r"#\[serde\(skip\)\]\s*(?:pub )?(\w+):", inside))
    rust = [name for name in re.findall(r"^ +(?:pub )?(\w+):", inside, re.MULTILINE) if name not in skipped]
    assert sorted(one.name.rstrip("_") for one in dataclasses.fields(cls)) == sorted(rust)


@pytest.mark.parametrize("cls", [one for one in classes() if issubclass(one, enum.Enum)], ids=lambda one: one.__name__)
def test_words(cls: type[enum.Enum]) -> None:
    if not cls.__members__:
        return
    inside = body(cls.__module__.split(".")[-1], "enum", cls.__name__)
    variants = re.findall(r"^ +([A-Z]\w*)\b", re.sub(r"^ *(//|#).*$", "", inside, flags=re.MULTILINE), re.MULTILINE)
    own = [name.replace("_", "") for name in cls.__members__]
    assert own == [variant.upper() for variant in variants]


def test_every_name_is_exported() -> None:
    missing = [one.__name__ for one in classes() if not hasattr(crm_core, one.__name__)]
    assert missing == []
