import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('login', models.CharField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('person', 'Person'), ('machine', 'Machine'), ('system', 'System')], default='person', max_length=10)),
                ('person', models.BigIntegerField(null=True, unique=True)),
                ('is_active', models.BooleanField(default=True)),
                ('factor_secret', models.BinaryField(null=True)),
                ('factor_since', models.DateTimeField(null=True)),
                ('factor_step', models.BigIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('locked_until', models.DateTimeField(null=True)),
                ('start_code', models.CharField(blank=True, max_length=64)),
                ('start_code_until', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OpenSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('device', models.CharField(blank=True, max_length=120)),
                ('begun_at', models.DateTimeField()),
                ('factor_passed', models.BooleanField(default=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='access.account')),
            ],
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='access.account')),
            ],
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
                ('reason', models.CharField(max_length=200)),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lent', to='access.account')),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='borrowed', to='access.account')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='delegation_to_another'), models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='delegation_ends')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=40)),
                ('reach', models.CharField(choices=[('org', 'Org'), ('subtree', 'Subtree')], default='subtree', max_length=10)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('reason', models.CharField(max_length=200)),
                ('source', models.CharField(blank=True, db_index=True, max_length=60)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='access.account')),
                ('org', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='orgs.org')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='grant_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100)),
                ('request', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('body', models.BinaryField(default=b'')),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'key'), name='one_answer_a_key')],
            },
        ),
    ]
