"""A signature is of the run that was looked at; those there are were accepted for the run that stands."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def of_the_standing_run(apps: Any, schema_editor: Any) -> None:
    rounds = apps.get_model("assessment", "Round").objects.filter(pk=OuterRef("round"))
    apps.get_model("assessment", "Signature").objects.update(run=Subquery(rounds.values("run")[:1]))


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("signature", "one_signature_a_group"),
        migrations.AddField("signature", "run", models.PositiveIntegerField(default=0), preserve_default=False),
        migrations.RunPython(of_the_standing_run, migrations.RunPython.noop),
        migrations.AddConstraint(
            "signature",
            models.UniqueConstraint(fields=["round", "run", "peer_group"], name="one_signature_a_group"),
        ),
    ]
