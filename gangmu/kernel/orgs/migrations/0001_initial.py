import django.db.models.deletion
import gangmu.kernel.orgs.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Division',
            fields=[
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('parent_code', models.CharField(blank=True, db_index=True, max_length=12)),
                ('level', models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='Org',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('path', gangmu.kernel.orgs.models.PathField(db_index=True, max_length=255)),
                ('level', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=40)),
                ('domain', models.CharField(blank=True, max_length=40)),
                ('founded_on', models.DateField()),
                ('closed_on', models.DateField(null=True)),
                ('fictional', models.BooleanField(default=False)),
                ('area', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orgs', to='orgs.division')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['parent', 'code'], name='org_siblings')],
                'constraints': [models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('founded_on')), _connector='OR'), name='org_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='NameTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('term', gangmu.kernel.orgs.models.PathField(max_length=60)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['term', 'org'], name='term_range')],
            },
        ),
        migrations.CreateModel(
            name='OrgLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('paper', models.CharField(blank=True, max_length=200)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_out', to='orgs.org')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_in', to='orgs.org')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='link_joins_two_organizations'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='link_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='OrgSpan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('level', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=40)),
                ('domain', models.CharField(blank=True, max_length=40)),
                ('path', gangmu.kernel.orgs.models.PathField(max_length=255)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spans', to='orgs.org')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['path', 'valid_from', 'valid_to', 'org'], name='span_range')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='span_ends_after_it_begins'), models.UniqueConstraint(fields=('org', 'valid_from'), name='one_span_a_day'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('org',), name='one_open_span')],
            },
        ),
        migrations.CreateModel(
            name='Succession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('merged', 'Merged'), ('split', 'Split')], max_length=10)),
                ('day', models.DateField()),
                ('after', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='orgs.org')),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='orgs.org')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('before', 'after'), name='one_succession_a_pair')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=40)),
                ('fictional', models.BooleanField(default=False)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('org', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='founded_in', to='orgs.org')),
                ('under', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='orgs.org')),
            ],
        ),
    ]
