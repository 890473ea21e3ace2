import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='GuardOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=20)),
                ('what', models.CharField(choices=[('order', 'Order'), ('notice', 'Notice'), ('document', 'Document')], max_length=10)),
                ('reason', models.CharField(max_length=300)),
                ('answerable', models.CharField(max_length=60)),
                ('paper', models.CharField(max_length=200)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
                ('granted_at', models.DateTimeField()),
                ('granted_by', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_for', models.CharField(blank=True, max_length=200)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guard_overrides', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'what', 'valid_to'], name='override_of_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='override_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('answerable', ''), _negated=True), models.Q(('paper', ''), _negated=True)), name='override_says_why_and_who')],
            },
        ),
    ]
