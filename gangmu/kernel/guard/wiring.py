"""What the room brings to the house."""

from gangmu.kernel.guard.rules import guard_faults
from gangmu.kernel.packs.rules import add_check

add_check(guard_faults)
