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
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('counts', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='digests', to='access.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'day'), name='one_digest_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('permission', models.CharField(blank=True, max_length=60)),
                ('kind', models.CharField(choices=[('todo', 'Todo'), ('read', 'Read')], default='todo', max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('params', models.JSONField(default=dict)),
                ('text', models.CharField(blank=True, max_length=500)),
                ('url_name', models.CharField(max_length=80)),
                ('url_args', models.JSONField(default=dict)),
                ('source', models.CharField(max_length=120)),
                ('due_on', models.DateField(null=True)),
                ('posted_at', models.DateTimeField()),
                ('posted_by', models.BigIntegerField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.BigIntegerField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='access.account')),
                ('org', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'done_at', 'due_on'], name='item_of_account'), models.Index(fields=['permission', 'org', 'done_at'], name='item_of_org'), models.Index(fields=['posted_by', '-posted_at'], name='item_started_by')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('org__isnull', True), ('permission', '')), models.Q(('account__isnull', True), ('org__isnull', False), models.Q(('permission', ''), _negated=True)), _connector='OR'), name='item_has_one_addressee'), models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('source', 'account'), name='one_item_an_account'), models.UniqueConstraint(condition=models.Q(('org__isnull', False)), fields=('source', 'org', 'permission'), name='one_item_an_org')],
            },
        ),
    ]
