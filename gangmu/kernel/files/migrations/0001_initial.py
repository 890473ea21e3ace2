import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('kind', models.CharField(max_length=10)),
                ('size', models.BigIntegerField()),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('notes', models.JSONField(default=dict)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('stored_at', models.DateTimeField()),
                ('stored_by', models.BigIntegerField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_for', models.CharField(blank=True, max_length=200)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'id'], name='file_of_subject')],
            },
        ),
    ]
