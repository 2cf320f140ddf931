#!/usr/bin/env python3
"""Writes docs/programme.schema.json: the JSON schema of a loyalty programme, from the types of crm-core.

    scripts/schema.py            write
    scripts/schema.py --check    fail when what is there is not what would be written
"""

import json
import re
import sys
from pathlib import Path

from mirror import CORE, ROOT, Item, described, items

OUT = ROOT / "docs/programme.schema.json"
SOURCES = ["loyalty", "base/date.rs", "base/rounding.rs"]

# Types whose form is not that of their declaration.
PLAIN = {
    "Name": {"type": "string", "minLength": 1, "maxLength": 128},
    "Text": {"type": "string"},
    "Zone": {"type": "string", "description": "A zone of the IANA database, such as Europe/Vienna."},
    "Currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "Money": {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)? [A-Z]{3}$"},
    "Timestamp": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
    "bool": {"type": "boolean"},
}
BITS = {"u16": 16, "u32": 32}


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def text(docs: list[str]) -> str:
    lines = [line.strip().removeprefix("///").strip() for line in described(docs)]
    return " ".join(line for line in lines if line)


class Schema:
    """The definitions that are referred to, each once."""

    def __init__(self) -> None:
        self.found: dict[str, Item] = {}
        for source in SOURCES:
            path = CORE / source
            for file in sorted(path.rglob("*.rs")) if path.is_dir() else [path]:
                for name, item in items(file.read_text()).items():
                    self.found.setdefault(name, item)
        self.made: dict[str, dict] = {}

    def of(self, kind: str) -> dict:
        """The schema of a type."""
        inner = re.match(r"(Option|Vec)<(.*)>$", kind)
        if inner:
            own = self.of(inner[2])
            return {"type": "array", "items": own} if inner[1] == "Vec" else {"anyOf": [own, {"type": "null"}]}
        if kind in PLAIN:
            return dict(PLAIN[kind])
        if re.fullmatch(r"[iu]\d+", kind):
            least = {"minimum": 0, "maximum": 2 ** BITS[kind] - 1} if kind in BITS else {}
            return {"type": "integer", **least}
        if kind not in self.made:
            self.made[kind] = {}
            item = self.found[kind]
            self.made[kind] = self.struct(item) if item.kind == "struct" else self.enum(item)
        return {"$ref": f"#/$defs/{kind}"}

    def object(self, lines: list[str], all_default: bool) -> dict:
        """The object that fields make."""
        properties, required, docs, default, inside = {}, [], [], all_default, False
        for line in lines:
            line = line.strip()
            if line.startswith("///"):
                docs.append(line)
            elif inside or line.startswith("#["):
                inside = not line.endswith("]")
                default |= "default" in line
            elif field := re.match(r"(?:pub )?(\w+): (.*),$", line):
                properties[field[1]] = {"description": text(docs), **self.of(field[2])}
                if not default and not field[2].startswith("Option<"):
                    required.append(field[1])
                docs, default = [], all_default
        needed = {"required": required} if required else {}
        return {"type": "object", "properties": properties, **needed, "additionalProperties": False}

    def struct(self, item: Item) -> dict:
        all_default = any("serde(default" in line for line in item.attributes)
        return {"description": text(item.docs), **self.object(item.body[1:-1], all_default)}

    def enum(self, item: Item) -> dict:
        words, tagged, docs = [], [], []
        lines = iter(item.body[1:-1])
        for line in lines:
            word = re.match(r" {4}(\w+),$", line)
            bare = re.match(r" {4}(\w+)\((.*)\),$", line)
            named = re.match(r" {4}(\w+) \{$", line)
            if line.strip().startswith("///"):
                docs.append(line)
            elif word:
                words.append({"const": snake(word[1]), "description": text(docs)})
                docs = []
            elif bare or named:
                inside = []
                while named and (line := next(lines)) != "    },":
                    inside.append(line)
                name = snake((bare or named)[1])
                held = self.of(bare[2]) if bare else self.object(inside, False)
                tagged.append(
                    {"type": "object", "description": text(docs), "properties": {name: held}, "required": [name],
                     "additionalProperties": False}
                )
                docs = []
        return {"description": text(item.docs), "oneOf": words + tagged}

    def root(self) -> dict:
        self.of("Definition")
        root = self.made.pop("Definition")
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "A loyalty programme",
            **root,
            "$defs": dict(sorted(self.made.items())),
        }


def main() -> None:
    made = json.dumps(Schema().root(), indent=2, ensure_ascii=False) + "\n"
    if "--check" in sys.argv[1:]:
        if not OUT.exists() or OUT.read_text() != made:
            sys.exit("schema: not as in the core. Run scripts/schema.py")
        print("schema: as in the core")
        return
    OUT.write_text(made)
    print("schema: written")


if __name__ == "__main__":
    main()
