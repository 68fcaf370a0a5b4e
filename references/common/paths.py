"""Where the models, fixtures and goldens of this repository lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTERS = ROOT / "models/tessera"
TOKENIZERS = ROOT / "references/tokenizers"
MODEL_FOLDERS = ROOT / "test/fixtures/models"
GRAPHS = ROOT / "test/fixtures/autodiff"

GOLDEN_ATTACK = ROOT / "test/golden/attack"
GOLDEN_AUTODIFF = ROOT / "test/golden/autodiff"
GOLDEN_EXPLAIN = ROOT / "test/golden/explain"
GOLDEN_FILL_MASK = ROOT / "test/golden/fill-mask"
GOLDEN_FOLDERS = ROOT / "test/golden/folders"
GOLDEN_GENERATION = ROOT / "test/golden/generation"
GOLDEN_GENERATION_ATTENTIONS = ROOT / "test/golden/generation-attentions"
GOLDEN_TASKS = ROOT / "test/golden/tasks"
