import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('orgs', '0001_initial'),
        ('packs', '0001_initial'),
        ('records', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('period', models.CharField(blank=True, max_length=7)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('withdrawn', 'Withdrawn'), ('submitted', 'Submitted'), ('granted', 'Granted'), ('refused', 'Refused'), ('appealed', 'Appealed'), ('upheld', 'Upheld'), ('revoked', 'Revoked')], default='draft', max_length=10)),
                ('begun_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('verdict', models.CharField(blank=True, max_length=1000)),
                ('appeal_until', models.DateField(null=True)),
                ('appeal', models.CharField(blank=True, max_length=1000)),
                ('appealed_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('held_since', models.DateField(null=True)),
                ('held_until', models.DateField(null=True)),
                ('ended_on', models.DateField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
                ('ended_paper', models.CharField(blank=True, max_length=200)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('appealed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('begun_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='orgs.org')),
                ('pack', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.packversion')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims_to_review', to='orgs.org')),
                ('second', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims_to_answer', to='orgs.org')),
                ('submitted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'kind'], name='claim_of_org'), models.Index(fields=['kind', 'state', 'org'], name='claim_of_kind'), models.Index(fields=['state', 'due_on'], name='claim_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'appealed'))), fields=('org', 'kind', 'period'), name='one_open_claim'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('granted', 'revoked')), _negated=True), ('held_since__isnull', False), _connector='OR'), name='granted_claim_has_its_day'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'revoked'), _negated=True), models.Q(('ended_on__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='revoked_claim_has_its_reason'), models.CheckConstraint(condition=models.Q(('held_until__isnull', True), ('held_until__gt', models.F('held_since')), _connector='OR'), name='claim_is_held_for_a_while'), models.CheckConstraint(condition=models.Q(('answered_by__isnull', True), models.Q(('answered_by', models.F('decided_by')), _negated=True), _connector='OR'), name='second_look_is_by_another')],
            },
        ),
        migrations.CreateModel(
            name='ClaimLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=60)),
                ('says_met', models.BooleanField(null=True)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('known', models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ('found_met', models.BooleanField(null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('again_met', models.BooleanField(null=True)),
                ('again_reason', models.CharField(blank=True, max_length=500)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='standards.claim')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('claim', 'criterion'), name='one_line_a_criterion')],
            },
        ),
        migrations.CreateModel(
            name='ClaimStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='standards.claim')),
            ],
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='standards.claimline')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shown_in_claims', to='records.record')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('line', 'record'), name='one_record_a_line')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=120)),
                ('shows', models.CharField(max_length=1000)),
                ('paper', models.CharField(max_length=200)),
                ('since_on', models.DateField()),
                ('ended_on', models.DateField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
                ('named_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='orgs.org')),
                ('pack', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.packversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('org', 'kind'), name='one_site_a_standard'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), models.Q(('ended_on__gte', models.F('since_on')), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='ended_site_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, max_length=60)),
                ('title', models.CharField(max_length=120)),
                ('text', models.CharField(max_length=5000)),
                ('published_on', models.DateField()),
                ('withdrawn_on', models.DateField(null=True)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='orgs.org')),
                ('pack', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.packversion')),
                ('published_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'published_on'], name='template_of_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), models.Q(('withdrawn_reason', ''), _negated=True), _connector='OR'), name='withdrawn_template_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('adopted_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('ended_on', models.DateField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
                ('adopted_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='orgs.org')),
                ('template', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='standards.template')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('template', 'org'), name='one_adoption_at_a_time')],
            },
        ),
    ]
