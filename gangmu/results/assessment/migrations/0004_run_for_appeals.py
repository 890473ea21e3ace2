"""A run for upheld appeals takes later facts of who appealed alone; those there are took everybody's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0003_signature_reviewer")]

    operations = [
        migrations.AddField("run", "facts_until", models.DateTimeField(null=True)),
        migrations.AddField("run", "later_for", models.JSONField(default=list)),
    ]
