"""Sums of facts, and those of the facts that are there already."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, Exists, F, OuterRef, Sum, Value
from django.db.models.functions import Cast, ExtractYear, Round

PARTS = 10**4


def add_up(apps: Any, editor: Any) -> None:
    """Add up what counts, once for each item and once for all of them."""
    fact, made = apps.get_model("facts", "Fact"), apps.get_model("facts", "FactSum")
    counting = fact.objects.filter(~Exists(fact.objects.filter(replaces=OuterRef("fact"))))
    parts = Cast(Round(F("value") * PARTS), models.BigIntegerField())
    for item in (F("item"), Value("*")):
        rows = (
            counting.exclude(code="void")
            .order_by()
            .annotate(of=item, year=ExtractYear("day"))
            .values_list("code", "of", "org", "year")
            .annotate(facts=Count("pk"), known=Count("value"), total=Sum(parts))
        )
        made.objects.bulk_create(
            (
                made(code=code, item=of, org_id=org, year=year, facts=facts, known=known, total=total or 0)
                for code, of, org, year, facts, known, total in rows.iterator(chunk_size=5000)
            ),
            batch_size=1000,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("facts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("item", models.CharField(max_length=120)),
                ("year", models.PositiveSmallIntegerField()),
                ("facts", models.IntegerField()),
                ("known", models.IntegerField()),
                ("total", models.BigIntegerField()),
                ("org", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.org")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "item", "org", "year"), name="one_sum_of_facts"),
                ],
            },
        ),
        migrations.RemoveIndex("fact", "fact_of_org"),
        migrations.AddIndex("fact", models.Index(fields=["org", "code", "item", "day"], name="fact_of_org")),
        migrations.RunPython(add_up, migrations.RunPython.noop, elidable=True),
    ]
