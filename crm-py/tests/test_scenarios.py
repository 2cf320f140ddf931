"""The golden scenarios: the same commands, the same answers, in every language."""

from __future__ import annotations

import base64
import inspect
import json
import math
from pathlib import Path
from typing import Any, get_type_hints

import crm_core
import pytest
from analyses import ANALYSES
from crm_core import CrmError, FixedClock
from crm_core._convert import decode, encode

SCENARIOS = Path(__file__).parents[2] / "crm-core" / "tests" / "scenarios"
STORIES = sorted(SCENARIOS.glob("*.json"))

_datetime = crm_core.base.datetime


def test_there_are_stories() -> None:
    assert STORIES


def test_every_analysis_is_known() -> None:
    listed = (SCENARIOS / "analyses.txt").read_text(encoding="utf-8").split()
    assert {name.removeprefix("score.") for name in listed} == set(ANALYSES)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    story = json.loads(path.read_text(encoding="utf-8"))
    Replay(story).play(story["steps"])


class Replay:
    """One story on an empty store."""

    def __init__(self, story: dict[str, Any]) -> None:
        self.clock = FixedClock(decode(_datetime, story["now"]))
        key = story.get("address_key")
        self.crm = crm_core.in_memory(clock=self.clock, ids=1, address_key=address_key(key))
        self.kept: dict[str, Any] = {}

    def play(self, steps: list[dict[str, Any]]) -> None:
        with self.crm:
            for number, step in enumerate(steps, 1):
                if "now" in step:
                    self.clock.set(decode(_datetime, step["now"]))
                else:
                    self.step(number, step)

    def step(self, number: int, step: dict[str, Any]) -> None:
        place = f"step {number}, {step['call']}"
        try:
            answer = self.call(step["call"], self.filled(step.get("with", {})))
        except CrmError as error:
            if "fails" not in step:
                raise
            failed = {"code": error.code, "message": error.message, **encode(error.fields)}
            same(place, self.filled(step["fails"]), failed)
            return
        assert "fails" not in step, f"{place} did not fail"
        if "as" in step:
            self.kept[step["as"]] = answer
        if "gives" in step:
            same(place, self.filled(step["gives"]), encode(answer))

    def call(self, operation: str, given: dict[str, Any]) -> Any:
        """Call the method of the public API, with arguments of the types that it names."""
        room, name = operation.split(".")
        if room == "score":
            arguments = {key: value.itself if isinstance(value, Kept) else value for key, value in given.items()}
            answer = ANALYSES[name](arguments)
            assert not arguments, f"{operation} does not take {sorted(arguments)}"
            return answer
        method = getattr(getattr(self.crm, room), name)
        hints = get_type_hints(inspect.unwrap(method.__func__), localns=vars(crm_core))
        arguments = {}
        for key, value in given.items():
            hint = hints.get(key + "_" if key == "from" else key)
            if isinstance(value, Kept):
                value = value.itself
            elif key == "file":
                value = value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])
            elif isinstance(value, str) and key == "mapping":
                pass
            else:
                value = argument(hint, value)
            arguments[key + "_" if key == "from" else key] = value
        return method(**arguments)

    def filled(self, value: Any) -> Any:
        """Put kept answers where they are named."""
        if isinstance(value, dict):
            return {self.filled(key) if key.startswith("$") else key: self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, str) and value.startswith("$") and value[1:].split(".")[0] in self.kept:
            name, *path = value[1:].split(".")
            part = encode(self.kept[name])
            for key in path:
                part = part[int(key)] if isinstance(part, list) else part[key]
            return part
        if isinstance(value, str) and value in self.kept and not_plain(self.kept[value]):
            return Kept(self.kept[value])
        return value


class Kept:
    """An answer that is passed as the very object."""

    def __init__(self, itself: Any) -> None:
        self.itself = itself


def not_plain(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(not_plain(one) for one in value)
    return isinstance(value, crm_core.Audience | crm_core.ContactPermit | crm_core.Summaries | crm_core.ItemModel)


def argument(hint: Any, value: Any) -> Any:
    """Build an argument; what has not the shape of one is given as it is, for the core to refuse."""
    try:
        return decode(hint, value)
    except (TypeError, ValueError, KeyError, AttributeError):
        return value


def address_key(key: str | None) -> bytes | None:
    return None if key is None else base64.b64decode(key)


def same(place: str, wanted: Any, found: Any) -> None:
    """Compare what a story says with an answer: only what is named counts."""
    if isinstance(wanted, dict):
        assert isinstance(found, dict), f"{place}: {found!r} is not {wanted!r}"
        for key, one in wanted.items():
            same(f"{place}.{key}", one, found.get(key))
    elif isinstance(wanted, list):
        assert isinstance(found, list), f"{place}: {found!r} is no list"
        assert len(found) == len(wanted), f"{place}: {len(found)} items, not {len(wanted)}"
        for at, (one, other) in enumerate(zip(wanted, found, strict=True)):
            same(f"{place}[{at}]", one, other)
    elif isinstance(wanted, float) or isinstance(found, float):
        assert isinstance(found, int | float), f"{place}: {found!r} is no number"
        assert math.isclose(wanted, found, rel_tol=1e-9), f"{place}: {found!r} is not {wanted!r}"
    else:
        assert found == wanted, f"{place}: {found!r} is not {wanted!r}"
        assert isinstance(found, bool) == isinstance(wanted, bool), f"{place}: {found!r} is not {wanted!r}"
