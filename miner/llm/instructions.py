"""What a model is told to do: config/prompts/NAME.md, with worked examples in config/prompts/NAME.jsonl."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Any

from miner.errors import BadInput
from miner.jsonl import read_objects
from miner.settings import resources


@dataclass(frozen=True, slots=True)
class Instruction:
    """``digest`` changes with every letter of them, so that answers to older ones aren't taken for answers to these."""

    system: str
    examples: tuple[dict[str, Any], ...]
    digest: str


@functools.cache
def read(name: str) -> Instruction:
    """Raises BadInput that names the file and the line."""
    file = resources() / "config" / "prompts" / f"{name}.md"
    examples = file.with_suffix(".jsonl")
    try:
        system = file.read_text(encoding="utf-8")
        digest = hashlib.sha256(file.read_bytes() + examples.read_bytes()).hexdigest()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file.with_suffix('')}.md, .jsonl: can't be read: {error}. Install miner again.") from error
    found = []
    for number, line, complaint in read_objects(examples):
        if complaint or not isinstance(line, dict):
            raise BadInput(f"{examples}:{number}: {complaint or 'no JSON object'}. Mend the line.")
        found.append(line)
    return Instruction(system, tuple(found), digest)
