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
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('root', models.BigIntegerField()),
                ('check_code', models.CharField(max_length=60)),
                ('swept_at', models.DateTimeField()),
                ('found', models.PositiveIntegerField()),
                ('found_before', models.PositiveIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('root', 'check_code'), name='one_sweep_a_check')],
            },
        ),
        migrations.CreateModel(
            name='Doubt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('check_code', models.CharField(max_length=60)),
                ('root', models.BigIntegerField()),
                ('subject', models.CharField(blank=True, max_length=160)),
                ('params', models.JSONField(default=dict)),
                ('since', models.DateField()),
                ('excused_until', models.DateField(null=True)),
                ('excused_for', models.CharField(blank=True, max_length=300)),
                ('excused_at', models.DateTimeField(null=True)),
                ('excused_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='doubts', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['root', 'check_code'], name='doubts_of_check')],
                'constraints': [models.UniqueConstraint(fields=('org', 'check_code', 'subject'), name='one_doubt_a_subject'), models.CheckConstraint(condition=models.Q(('excused_until', None), models.Q(('excused_for', ''), _negated=True), _connector='OR'), name='excused_for_a_reason')],
            },
        ),
    ]
