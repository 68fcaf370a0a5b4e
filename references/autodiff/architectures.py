"""All architectures by name."""

from references.autodiff.core_encoders import CORE
from references.autodiff.extra_decoders import DECODERS
from references.autodiff.extra_encoders import ENCODERS

EXTRA = {**ENCODERS, **DECODERS}
ARCHITECTURES = {**CORE, **EXTRA}
