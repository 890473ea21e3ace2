import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('notices', '0001_initial'),
        ('orgs', '0001_initial'),
        ('packs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, max_length=60)),
                ('period', models.CharField(max_length=7)),
                ('title', models.CharField(max_length=100)),
                ('addressee', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('frozen', 'Frozen'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('written_at', models.DateTimeField()),
                ('frozen', models.JSONField(default=dict)),
                ('known_at', models.DateTimeField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('signed_by', models.CharField(blank=True, max_length=60)),
                ('signed_on', models.DateField(null=True)),
                ('withdrawn_for', models.CharField(blank=True, max_length=200)),
                ('frozen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.notice')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='orgs.org')),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.packversion')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
            ],
            options={
                'indexes': [models.Index(fields=['org', '-period'], name='report_of_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('known_at__isnull', True)), models.Q(('known_at__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='report_is_frozen_whole'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('signed_on__isnull', False), models.Q(('signed_by', ''), _negated=True)), _connector='OR'), name='report_is_signed_by_name_and_day')],
            },
        ),
        migrations.CreateModel(
            name='ReportVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=100)),
                ('parts', models.JSONField()),
                ('written_at', models.DateTimeField()),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='reports.report')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('report', 'number'), name='one_report_version')],
            },
        ),
    ]
