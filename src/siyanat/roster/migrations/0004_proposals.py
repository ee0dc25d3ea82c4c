"""What takes a second person is one table: posts that see footage stand beside the resets of logins."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roster", "0003_login_resets")]
    operations = [
        migrations.RemoveConstraint("loginreset", "login_reset_once"),
        migrations.RenameModel("LoginReset", "Proposal"),
        migrations.AddField(
            model_name='proposal',
            name='held',
            field=django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='proposal',
            name='role',
            field=models.CharField(blank=True, choices=[('patrol_officer', 'patrol officer'), ('shift_leader', 'shift leader'), ('station_head', 'station head'), ('camera_steward', 'camera steward'), ('evidence_custodian', 'evidence custodian'), ('integrity_officer', 'integrity officer'), ('provincial_reviewer', 'provincial reviewer'), ('external_overseer', 'external overseer'), ('administrator', 'administrator')], default='', max_length=32),
        ),
        migrations.AddField(
            model_name='proposal',
            name='substitute_for',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.heldpost'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.unit'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='kind',
            field=models.CharField(choices=[('password', 'new temporary password'), ('second_factor', 'forgetting the authenticator'), ('login', 'opening a login'), ('post', 'a post that sees footage')], max_length=16),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='roster.person'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('person', 'kind', 'role', 'unit', 'proposed_at'), name='proposal_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held__isnull', False), ('kind', 'post'), ('unit__isnull', False)), models.Q(models.Q(('kind', 'post'), _negated=True), ('held__isnull', True), ('role', ''), ('unit__isnull', True)), _connector='OR'), name='proposal_of_a_post_says_which'),
        ),
    ]
