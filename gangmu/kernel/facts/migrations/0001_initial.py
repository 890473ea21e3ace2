import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FactNumber',
            fields=[
                ('office', models.BigIntegerField(primary_key=True, serialize=False)),
                ('last', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fact', models.CharField(max_length=60, unique=True)),
                ('replaces', models.CharField(db_index=True, max_length=60, null=True)),
                ('day', models.DateField()),
                ('code', models.CharField(max_length=40)),
                ('item', models.CharField(blank=True, max_length=120)),
                ('value', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('source', models.CharField(max_length=80)),
                ('thread', models.CharField(max_length=60, null=True)),
                ('written_at', models.DateTimeField()),
                ('known_at', models.DateTimeField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'day'], name='fact_of_org'), models.Index(fields=['day'], name='fact_of_day'), models.Index(fields=['source'], name='fact_of_source'), models.Index(fields=['code', 'item', 'day'], name='fact_of_code')],
            },
        ),
    ]
