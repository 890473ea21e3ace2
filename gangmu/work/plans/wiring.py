"""What the room brings to the house."""

from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.plans.definitions import AccountKind, DutyKind
from gangmu.work.plans.rules import duty_faults

add_shape("duty", DutyKind)
add_shape("account", AccountKind)
add_check(duty_faults)
