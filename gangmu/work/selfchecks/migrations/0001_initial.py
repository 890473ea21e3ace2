import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SelfCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('marks', models.JSONField(default=dict)),
                ('changed_on', models.DateField()),
                ('shown_on', models.DateField(null=True)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orgs.org')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('org', 'kind'), name='one_self_check_a_standard')],
            },
        ),
    ]
