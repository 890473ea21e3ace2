import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('orgs', '0001_initial'),
        ('packs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('day', models.DateField()),
                ('values', models.JSONField()),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('standing', models.BooleanField(default=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('answered_for', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.org')),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='orgs.org')),
                ('origin', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='records.record')),
                ('pack', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.packversion')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='records.record')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'kind', 'day'], name='record_of_org'), models.Index(fields=['kind', 'day'], name='record_of_kind'), models.Index(condition=models.Q(('standing', True)), fields=['org'], name='standing_record_of_org'), models.Index(condition=models.Q(('standing', True)), fields=['-day', '-id'], name='standing_record_by_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('origin', None), ('replaces', None), ('version', 1)), models.Q(('origin__isnull', False), ('replaces__isnull', False), ('version__gt', 1)), _connector='OR'), name='record_versions_follow'), models.CheckConstraint(condition=models.Q(('replaces', None), models.Q(('replaces', models.F('id')), _negated=True), _connector='OR'), name='record_replaces_another')],
            },
        ),
        migrations.CreateModel(
            name='KnownValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=60)),
                ('value', models.JSONField(null=True)),
                ('amount', models.BigIntegerField(null=True)),
                ('day', models.DateField()),
                ('way', models.CharField(choices=[('record', 'Record'), ('department', 'Department')], max_length=12)),
                ('source', models.CharField(max_length=120)),
                ('owner', models.CharField(max_length=120)),
                ('entered_at', models.DateTimeField()),
                ('standing', models.BooleanField(default=True)),
                ('current', models.BooleanField(default=False)),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='known_values', to='orgs.org')),
                ('record', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='known_values', to='records.record')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'field', 'day'], name='known_value_of_org')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('current', True)), fields=('field', 'org'), name='one_value_is_current'), models.CheckConstraint(condition=models.Q(('standing', True), ('current', False), _connector='OR'), name='current_stands'), models.CheckConstraint(condition=models.Q(models.Q(('record__isnull', False), ('way', 'record')), models.Q(('record', None), ('way', 'department')), _connector='OR'), name='known_value_comes_one_way')],
            },
        ),
    ]
