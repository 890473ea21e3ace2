"""Every read of imports; the reader sees those of the places where they may run them."""

import json
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.secrets import decrypt, encrypt, mask
from gangmu.core.sheets import cell_name
from gangmu.kernel.imports.models import Import, ImportRow
from gangmu.kernel.imports.rules import FAMILIES, KINDS, ImportKind, Values
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within

PURPOSE = "import.row"


def kind_of(code: str) -> ImportKind:
    """Return a kind of import; there is none under another code."""
    prefix, _, subject = code.partition("-")
    if code not in KINDS and not (subject and prefix in FAMILIES):
        raise NotFound("There is no such kind of import.")
    return KINDS[code] if code in KINDS else FAMILIES[prefix].make(subject)


def kinds_for(context: Context, org: Org) -> list[ImportKind]:
    """Return what the reader may import at an organization."""
    if not context.may("imports.run", org.path):
        return []
    return [kind for kind in KINDS.values() if context.may(kind.permission, org.path)]


def visible_imports(context: Context) -> QuerySet[Import]:
    """Return the imports within reach, of kinds that the reader may run, the newest first."""
    found = Import.objects.none()
    for kind in KINDS.values():
        found = found | Import.objects.filter(within(context.places(kind.permission)), kind=kind.code)
    for family in FAMILIES.values():
        of_family = Q(kind__gte=f"{family.prefix}-", kind__lt=f"{family.prefix}.")
        found = found | Import.objects.filter(within(context.places(family.permission)), of_family)
    return found.filter(within(context.places("imports.run"))).select_related("org").order_by("-pk")


def import_by_id(context: Context, import_id: int) -> Import:
    """Return one import within reach; otherwise there is none."""
    imported = visible_imports(context).filter(pk=import_id).first()
    if imported is None:
        raise NotFound("There is no such import.")
    return imported


def rows_of(imported: Import, *, wrong: bool | None = None) -> QuerySet[ImportRow]:
    """Return an import's rows by line, all or only the wrong or the right ones."""
    rows = ImportRow.objects.filter(imported=imported).order_by("line")
    return rows if wrong is None else rows.filter(wrong=wrong)


def seal_values(kind: ImportKind, values: Values) -> tuple[Values, bytes | None]:
    """Return a row's plain values, and its sensitive ones unreadable."""
    hidden = {code: values[code] for code in kind.sensitive if values.get(code)}
    plain = {code: value for code, value in values.items() if code not in kind.sensitive}
    if not hidden:
        return plain, None
    text = json.dumps(hidden, ensure_ascii=False)
    return plain, encrypt(settings.GANGMU_DATA_KEY, text, purpose=PURPOSE)


def open_values(row: ImportRow) -> Values:
    """Return all that a row says; for writing it, or for who sent it."""
    if not row.sealed:
        return dict(row.values)
    hidden = json.loads(decrypt(settings.GANGMU_DATA_KEY, bytes(row.sealed), purpose=PURPOSE))
    return {**row.values, **hidden}


def shown_values(context: Context, kind: ImportKind, row: ImportRow) -> Values:
    """Return what a row says with its sensitive values masked, as everybody sees it."""
    values = open_values(row)
    return {
        code: mask(str(value)) if code in kind.sensitive and value else value
        for code, value in values.items()
    }


def fault_cells(imported: Import, rows: Iterable[ImportRow]) -> list[tuple[str, str, str]]:
    """Return cell, field and fault of every fault of rows, in their order."""
    return [
        (cell_name(imported.heads[code], row.line) if code in imported.heads else str(row.line), code, fault)
        for row in rows
        for code, fault in sorted(row.faults.items(), key=lambda each: imported.heads.get(each[0], -1))
    ]
