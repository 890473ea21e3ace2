import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('root', models.BigIntegerField()),
                ('ended_on', models.DateField(null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='orgs.org')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('root', 'code'), name='one_document_a_code')],
            },
        ),
        migrations.CreateModel(
            name='DocumentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('newest', models.BooleanField(default=True)),
                ('title', models.CharField(max_length=200)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('issuer', models.CharField(max_length=200)),
                ('issued_on', models.DateField()),
                ('text', models.TextField(blank=True)),
                ('articles', models.JSONField(default=list)),
                ('file', models.BigIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.BigIntegerField(null=True)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='notices.document')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('document', 'version'), name='one_version_a_number'), models.UniqueConstraint(condition=models.Q(('newest', True)), fields=('document',), name='one_newest_version')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('body', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('characters', models.PositiveIntegerField()),
                ('length_reason', models.CharField(blank=True, max_length=200)),
                ('audience', models.CharField(choices=[('public', 'Public'), ('subtree', 'Subtree'), ('named', 'Named')], max_length=10)),
                ('day_from', models.DateField()),
                ('day_to', models.DateField(null=True)),
                ('objections_until', models.DateField(null=True)),
                ('answer_within', models.PositiveSmallIntegerField(default=5)),
                ('source', models.CharField(blank=True, max_length=120)),
                ('published_at', models.DateTimeField()),
                ('published_by', models.BigIntegerField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_for', models.CharField(blank=True, max_length=200)),
                ('named', models.ManyToManyField(related_name='notices_to_it', to='orgs.org')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['audience', '-day_from'], name='notice_of_audience'), models.Index(fields=['org', '-day_from'], name='notice_of_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('day_to__isnull', True), ('day_to__gte', models.F('day_from')), _connector='OR'), name='notice_ends_after_it_begins'), models.UniqueConstraint(condition=models.Q(('source', ''), _negated=True), fields=('source',), name='one_notice_a_source')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receipt', models.CharField(max_length=64, unique=True)),
                ('text', models.CharField(max_length=2000)),
                ('name_sealed', models.BinaryField(null=True)),
                ('contact_sealed', models.BinaryField(null=True)),
                ('received_at', models.DateTimeField()),
                ('answer_due_on', models.DateField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.BigIntegerField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('rejected', 'Rejected')], max_length=10)),
                ('answer', models.CharField(blank=True, max_length=2000)),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='notices.notice')),
            ],
            options={
                'indexes': [models.Index(fields=['notice', 'answered_at'], name='objection_of_notice')],
            },
        ),
    ]
