from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Head',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('signed_at', models.DateTimeField()),
                ('signature', models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry', models.BigIntegerField(unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('written_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.BigIntegerField(null=True)),
                ('actor', models.CharField(max_length=120)),
                ('verb', models.CharField(max_length=80)),
                ('org', models.BigIntegerField(null=True)),
                ('path', models.CharField(blank=True, max_length=255)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('payload', models.JSONField(null=True)),
                ('salt', models.CharField(blank=True, max_length=32)),
                ('payload_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['org', '-id'], name='entry_of_org'), models.Index(fields=['account', '-id'], name='entry_of_account'), models.Index(fields=['verb', '-id'], name='entry_of_verb'), models.Index(fields=['subject', '-id'], name='entry_of_subject')],
            },
        ),
    ]
