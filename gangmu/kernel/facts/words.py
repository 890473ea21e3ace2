"""What facts count, as people read it."""

from gangmu.frame.words import worded
from gangmu.kernel.packs.rules import Pack


def item_in_words(pack: Pack, item: str) -> str:
    """Return what an item is called: the record and its field, or the duty; a code that nothing bears as it is."""
    kind, _, field = item.partition(".")
    for sort in ("record", "duty"):
        placed = pack.definitions.get(sort, {}).get(kind)
        if placed is None:
            continue
        specs = getattr(placed.definition, "fields", ())
        spec = next((each for each in specs if each.code == field), None)
        title = worded(placed.definition.title)
        return f"{title} · {worded(spec.title)}" if spec else title
    return item
