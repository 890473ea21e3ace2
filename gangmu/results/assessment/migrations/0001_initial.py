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
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appraisal', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=7)),
                ('title', models.CharField(max_length=200)),
                ('scorecards', models.JSONField()),
                ('state', models.CharField(choices=[('collecting', 'Collecting'), ('frozen', 'Frozen'), ('preliminary', 'Preliminary'), ('review', 'Review'), ('publicity', 'Publicity'), ('final', 'Final'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='collecting', max_length=12)),
                ('run', models.PositiveSmallIntegerField(default=0)),
                ('best', models.PositiveSmallIntegerField(default=3)),
                ('opened_at', models.DateTimeField()),
                ('frozen_at', models.DateTimeField(null=True)),
                ('review_until', models.DateField(null=True)),
                ('publicity_from', models.DateField(null=True)),
                ('publicity_until', models.DateField(null=True)),
                ('appeals_until', models.DateField(null=True)),
                ('final_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_for', models.CharField(blank=True, max_length=200)),
                ('notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.notice')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='orgs.org')),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.packversion')),
                ('publicity_notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.notice')),
            ],
            options={
                'indexes': [models.Index(fields=['org', '-period'], name='round_of_org')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('org', 'appraisal', 'period'), name='one_standing_round_a_period')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(blank=True, max_length=500)),
                ('reviewed_at', models.DateTimeField()),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.org')),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='assessment.round')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('round', 'office'), name='one_review_an_office')],
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scorecard', models.CharField(max_length=60)),
                ('text', models.CharField(max_length=500)),
                ('said_at', models.DateTimeField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.org')),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remarks', to='assessment.round')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'round'], name='remark_of_org')],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scorecard', models.CharField(max_length=60)),
                ('line', models.CharField(blank=True, max_length=60)),
                ('text', models.CharField(max_length=1000)),
                ('appealed_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('rejected', 'Rejected')], max_length=10)),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('appealed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.org')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='assessment.round')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'round'], name='appeal_of_org'), models.Index(fields=['answered_at', 'due_on'], name='appeal_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('outcome', '')), models.Q(('answered_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='appeal_is_answered_with_an_outcome'), models.CheckConstraint(condition=models.Q(('answered_by', None), models.Q(('answered_by', models.F('appealed_by')), _negated=True), _connector='OR'), name='appeal_is_answered_by_another')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('known_at', models.DateTimeField()),
                ('folder', models.CharField(max_length=60)),
                ('tree', models.BinaryField()),
                ('tree_hash', models.CharField(max_length=64)),
                ('facts_hash', models.CharField(max_length=64)),
                ('facts', models.PositiveIntegerField()),
                ('results', models.JSONField(default=dict)),
                ('engine', models.JSONField(default=dict)),
                ('strays', models.PositiveIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('frozen_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='assessment.round')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('round', 'number'), name='one_run_a_number')],
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scorecard', models.CharField(max_length=60)),
                ('score', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('coverage', models.DecimalField(decimal_places=4, max_digits=6)),
                ('peer_group', models.CharField(max_length=160)),
                ('peers', models.PositiveIntegerField()),
                ('rank', models.PositiveIntegerField(null=True)),
                ('stars', models.PositiveIntegerField(null=True)),
                ('notes', models.CharField(blank=True, max_length=60)),
                ('upper', models.BooleanField()),
                ('lines', models.JSONField()),
                ('vetoes', models.JSONField(default=dict)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='orgs.org')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='assessment.run')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'scorecard'], name='result_of_org'), models.Index(fields=['run', 'peer_group', 'rank'], name='result_of_group')],
                'constraints': [models.UniqueConstraint(fields=('run', 'org', 'scorecard'), name='one_result_a_scorecard')],
            },
        ),
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scorecard', models.CharField(max_length=60)),
                ('score', models.DecimalField(decimal_places=2, max_digits=12)),
                ('bound', models.DecimalField(decimal_places=2, max_digits=12)),
                ('proposed_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, choices=[('rectify', 'Rectify'), ('no', 'No')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.org')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='screenings', to='assessment.round')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'decision'], name='screening_of_org')],
                'constraints': [models.UniqueConstraint(fields=('round', 'org', 'scorecard'), name='one_screening_an_org')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('peer_group', models.CharField(max_length=160)),
                ('given', models.BooleanField()),
                ('reason', models.CharField(max_length=300)),
                ('name', models.CharField(max_length=100)),
                ('signed_at', models.DateTimeField()),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='assessment.round')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('round', 'peer_group'), name='one_signature_a_group')],
            },
        ),
    ]
