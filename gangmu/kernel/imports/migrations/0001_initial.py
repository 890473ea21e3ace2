import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=100)),
                ('file_name', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('uploaded', 'Being read'), ('judged', 'Waiting for confirmation'), ('confirming', 'Being written'), ('reverting', 'Being taken back after a refusal'), ('confirmed', 'Written'), ('undoing', 'Being undone'), ('undone', 'Undone'), ('discarded', 'Discarded')], default='uploaded', max_length=12)),
                ('heads', models.JSONField(default=dict)),
                ('unknown_heads', models.JSONField(default=list)),
                ('partial', models.BooleanField(default=False)),
                ('total', models.PositiveIntegerField(default=0)),
                ('wrong', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('account', models.BigIntegerField(null=True)),
                ('by', models.CharField(max_length=120)),
                ('uploaded_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['org', '-id'], name='imports_of_org')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('values', models.JSONField(default=dict)),
                ('sealed', models.BinaryField(null=True)),
                ('faults', models.JSONField(default=dict)),
                ('wrong', models.BooleanField(default=False)),
                ('made', models.BigIntegerField(null=True)),
                ('imported', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.import')),
            ],
            options={
                'indexes': [models.Index(fields=['imported', 'wrong', 'line'], name='wrong_rows')],
                'constraints': [models.UniqueConstraint(fields=('imported', 'line'), name='one_row_a_line')],
            },
        ),
    ]
