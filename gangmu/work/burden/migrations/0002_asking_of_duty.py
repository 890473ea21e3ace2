from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("burden", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="asking",
            index=models.Index(fields=["root", "duty"], name="asking_of_duty"),
        ),
    ]
