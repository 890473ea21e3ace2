import django.db.models.deletion
import gangmu.kernel.orgs.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', gangmu.kernel.orgs.models.PathField(db_index=True, max_length=50)),
                ('pinyin', gangmu.kernel.orgs.models.PathField(db_index=True, max_length=60)),
                ('initials', gangmu.kernel.orgs.models.PathField(db_index=True, max_length=20)),
                ('sex', models.CharField(blank=True, choices=[('male', 'Male'), ('female', 'Female')], max_length=6)),
                ('birth_year', models.PositiveSmallIntegerField(null=True)),
                ('joined_on', models.DateField(null=True)),
                ('full_on', models.DateField(null=True)),
                ('id_sealed', models.BinaryField(null=True)),
                ('id_print', models.CharField(max_length=64, null=True, unique=True)),
                ('telephone_sealed', models.BinaryField(null=True)),
                ('telephone_print', models.CharField(blank=True, db_index=True, max_length=64)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='orgs.org')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'pinyin', 'id'], name='people_of_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('full_on__isnull', True), ('joined_on__isnull', True), ('full_on__gte', models.F('joined_on')), _connector='OR'), name='person_full_after_joining'), models.CheckConstraint(condition=models.Q(models.Q(('id_print__isnull', True), ('id_sealed__isnull', True)), models.Q(('id_print__isnull', False), ('id_sealed__isnull', False)), _connector='OR'), name='person_id_sealed_and_found')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('applicant', 'Applicant'), ('activist', 'Activist'), ('development_target', 'Development target'), ('probationary', 'Probationary member'), ('full', 'Full member'), ('suspended', 'Membership suspended'), ('self_quit', 'Removed for leaving by themselves'), ('persuaded_out', 'Persuaded to leave'), ('resigned', 'Resigned'), ('expelled', 'Expelled'), ('probation_cancelled', 'Probation cancelled'), ('deceased', 'Deceased')], max_length=20)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('paper', models.CharField(blank=True, max_length=200)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='orgs.org')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='people.person')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'status', 'valid_to'], name='membership_of_org'), models.Index(condition=models.Q(('valid_to__isnull', True)), fields=['status'], name='membership_standing')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='membership_ends_after_it_begins'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('person',), name='one_open_membership')],
            },
        ),
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=40)),
                ('size', models.PositiveSmallIntegerField()),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='orgs.org')),
                ('head', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='heads', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('org', 'door'), name='one_open_household_a_door'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='household_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('size__gte', 1), ('size__lte', 60)), name='household_has_people')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('paper', models.CharField(blank=True, max_length=200)),
                ('with_person', models.BooleanField(default=False)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='orgs.org')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='people.person')),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'kind', 'valid_from'], name='posts_of_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='post_ends_after_it_begins')],
            },
        ),
    ]
