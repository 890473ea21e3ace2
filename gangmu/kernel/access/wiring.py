"""What the room brings to the house."""

from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.packs.rules import add_shape

add_shape("role", RoleKind)
