"""When each sum of facts last changed, and since when those that are there have been what they are."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def note_changes(apps: Any, editor: Any) -> None:
    """Note of each sum when the last of its facts became known or was replaced."""
    fact, made = apps.get_model("facts", "Fact"), apps.get_model("facts", "FactSum")
    replaced_at = fact.objects.filter(replaces=OuterRef("fact")).values("known_at")
    here = fact.objects.filter(org=OuterRef("org"), code=OuterRef("code"), day__year=OuterRef("year"))

    def last(rows: QuerySet[Any]) -> Subquery:
        ended = rows.annotate(last=Coalesce(Subquery(replaced_at[:1]), F("known_at")))
        return Subquery(ended.order_by("-last").values("last")[:1])

    made.objects.filter(item="*").update(changed_at=last(here))
    made.objects.exclude(item="*").update(changed_at=last(here.filter(item=OuterRef("item"))))


class Migration(migrations.Migration):

    dependencies = [
        ("facts", "0002_factsum"),
    ]

    operations = [
        migrations.AddField("factsum", "changed_at", models.DateTimeField(null=True)),
        migrations.RunPython(note_changes, migrations.RunPython.noop, elidable=True),
    ]
