import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Asking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.BigIntegerField(unique=True)),
                ('root', models.BigIntegerField()),
                ('duty', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=7)),
                ('title', models.CharField(max_length=200)),
                ('words', models.TextField(blank=True)),
                ('record', models.CharField(max_length=60)),
                ('minutes', models.PositiveSmallIntegerField()),
                ('organizations', models.PositiveIntegerField()),
                ('reach', models.JSONField(default=dict)),
                ('asked_on', models.DateField()),
                ('due_on', models.DateField()),
                ('terms', models.BinaryField()),
                ('stamp', models.CharField(max_length=16)),
                ('above_quota', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('repeats', models.BooleanField(default=False)),
                ('form', models.CharField(blank=True, max_length=60)),
                ('withdrawn_on', models.DateField(null=True)),
                ('issuer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='askings', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['root', 'asked_on'], name='asking_of_root'), models.Index(fields=['issuer', 'asked_on'], name='asking_of_issuer'), models.Index(fields=['root', 'due_on'], name='asking_open'), models.Index(fields=['root', 'duty'], name='asking_of_duty'), models.Index(condition=models.Q(('above_quota', True)), fields=['asked_on'], name='asking_above_quota')],
                'constraints': [models.CheckConstraint(condition=models.Q(('above_quota', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='above_quota_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='DuplicateReport',
            fields=[
                ('mark', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('asking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='burden.asking')),
            ],
        ),
        migrations.CreateModel(
            name='ReportOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('asking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='burden.asking')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='opening_says_why')],
            },
        ),
        migrations.CreateModel(
            name='TimeTaken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveSmallIntegerField()),
                ('answers', models.PositiveIntegerField(default=0)),
                ('asking', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='times', to='burden.asking')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('asking', 'minutes'), name='one_count_a_minute')],
            },
        ),
    ]
