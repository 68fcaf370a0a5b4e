"""Puts the neighbouring reference folders on the path, so that their modules can be imported by name."""

import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]
for folder in ("references-autodiff", "references"):
    if str(SCRIPTS / folder) not in sys.path:
        sys.path.append(str(SCRIPTS / folder))

ROOT = SCRIPTS.parent
GOLDEN_EXPLAIN = ROOT / "test/golden/explain"
GOLDEN_ATTACK = ROOT / "test/golden/attack"
