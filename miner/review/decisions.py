"""A decision of a person, with everything that a later run needs to obey it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from miner.errors import BadInput
from miner.records import Candidate, Decision

# accept: into the profile as it stands; edit: in other words; merge: it says the same as the line named by ``into``,
# which gets its people; reject: never again; later: back into the pile; manual: a line of the staff's own;
# undo: the person's last word on the target is taken back; order: the lines of a column stand as ``lines`` says.
ACTIONS = ("accept", "edit", "merge", "reject", "later", "manual", "undo", "order")
LONGEST = 300


def decide(action: str, target: str, *, who: str, at: str, candidate: Candidate | None = None, **data: Any) -> Decision:
    """The decision as it goes into the log. Its evidence is kept, so that the candidate is known again after a refit.

    Raises BadInput for an unknown action, an empty name, an edit without words, or a merge into nothing or itself.
    """
    if action not in ACTIONS:
        raise BadInput(f"no action {action!r}. Known: {', '.join(ACTIONS)}.")
    if not who.strip():
        raise BadInput("a decision has a person behind it. Say who decides.")
    text = data.get("text")
    if action in {"edit", "manual"} and not (text and text.strip()):
        raise BadInput(f"{action} needs the words of the line. Give a text.")
    if text and len(text) > LONGEST:
        raise BadInput(f"the line has {len(text)} characters, a profile has room for {LONGEST}. Shorten it.")
    if action == "merge" and data.get("into") in {None, "", target}:
        raise BadInput("merge needs another line that takes this one in. Name it as into.")
    kept = {name: value for name, value in data.items() if value is not None}
    if candidate:
        kept |= {
            "group": candidate.group,
            "kind": candidate.kind,
            "said": candidate.text,
            "evidence": [[quote.doc_id, quote.start] for quote in candidate.evidence],
        }
    body = json.dumps([at, who, action, target, kept], ensure_ascii=False, sort_keys=True)
    return Decision(hashlib.sha256(body.encode()).hexdigest()[:16], at, who, action, target, kept)
