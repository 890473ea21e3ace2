"""Who answers for awards is an account; of what was signed before only a name is known."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("assessment", "0002_signature_of_run"),
    ]

    operations = [
        migrations.AddField(
            "signature",
            "reviewer",
            models.ForeignKey(
                "access.account", django.db.models.deletion.PROTECT, null=True, related_name="+"
            ),
        ),
    ]
