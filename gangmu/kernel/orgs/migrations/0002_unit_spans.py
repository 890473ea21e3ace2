"""Spans of units, and those of the units that are there already."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def begin_spans(apps: Any, editor: Any) -> None:
    """Let each unit stand as it does since it is known, with its organization since that was founded."""
    unit, span = apps.get_model("orgs", "Unit"), apps.get_model("orgs", "UnitSpan")
    rows = unit.objects.select_related("org").order_by("pk")
    span.objects.bulk_create(
        (each for row in rows.iterator(chunk_size=1000) for each in _spans(span, row)), batch_size=1000
    )


def _spans(span: Any, unit: Any) -> list[Any]:
    same = {"unit_id": unit.pk, "name": unit.name, "kind": unit.kind, "under_id": unit.under_id}
    founded = unit.org.founded_on if unit.org_id else None
    if founded is None or founded <= unit.valid_from:
        days = {"valid_from": unit.valid_from, "valid_to": unit.valid_to}
        return [span(**same, org_id=unit.org_id, **days, reason="known")]
    if unit.valid_to is not None and founded >= unit.valid_to:
        return [span(**same, valid_from=unit.valid_from, valid_to=unit.valid_to, reason="known")]
    return [
        span(**same, valid_from=unit.valid_from, valid_to=founded, reason="known"),
        span(**same, org_id=unit.org_id, valid_from=founded, valid_to=unit.valid_to, reason="covered"),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=40)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("org", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.org")),
                ("under", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.org")),
                ("unit", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="spans", to="orgs.unit")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                        name="unit_span_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(fields=("unit", "valid_from"), name="one_unit_span_a_day"),
                    models.UniqueConstraint(condition=models.Q(("valid_to__isnull", True)), fields=("unit",), name="one_open_unit_span"),
                ],
            },
        ),
        migrations.RunPython(begin_spans, migrations.RunPython.noop),
    ]
