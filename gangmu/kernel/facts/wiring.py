"""What the room brings to the house."""

from gangmu.core.doubts import add_doubt_checks
from gangmu.kernel.facts.doubts import CHECKS

add_doubt_checks(CHECKS)
