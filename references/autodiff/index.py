"""test/golden/autodiff/index.json: every exported model with its golden, so that one test can loop over them."""

import json

from references.common.paths import GOLDEN_AUTODIFF
from references.common.store import write_json

PATH = GOLDEN_AUTODIFF / "index.json"
GROUPS = ["core", "extra", "handmade", "variant", "starter"]


def replace_group(group, cases, failures):
    """Put the cases of one stage into the index, in place of what that stage wrote before."""
    index = json.loads(PATH.read_text()) if PATH.exists() else {"cases": [], "failures": []}
    for key, entries in (("cases", cases), ("failures", failures)):
        kept = [entry for entry in index[key] if entry["group"] != group]
        kept += [{"group": group, **entry} for entry in entries]
        index[key] = sorted(kept, key=lambda entry: GROUPS.index(entry["group"]))
    write_json(PATH, index)
