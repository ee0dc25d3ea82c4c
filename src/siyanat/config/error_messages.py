"""The sentence of each refusal of the deployment itself and of the first administrator."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "config.no_postgres_binaries": _(
        "No PostgreSQL server of version 15 or newer is installed; set SIYANAT_DATABASE_URL or SIYANAT_POSTGRES_BIN."
    ),
    "config.no_unprivileged_user": _(
        "As root, the embedded PostgreSQL needs a user to run as: siyanat, postgres or nobody."
    ),
    "config.password_lost": _(
        "The database in %(cluster)s is there, but its password is not (%(file)s): the deployment's folder was removed or "
        "moved. Bring the file back, or remove the database's folder to begin anew."
    ),
    "config.initdb_failed": _("The embedded PostgreSQL could not be made: %(output)s"),
    "config.postgres_did_not_start": _("The embedded PostgreSQL did not start: %(output)s"),
    "config.database_away": _(
        "The database can't be reached just now. What was saved before is safe; try again in a moment."
    ),
    "config.program_missing": _(
        "The program %(program)s is not installed; set SIYANAT_POSTGRES_BIN to its folder."
    ),
    "config.program_failed": _("%(program)s failed: %(output)s"),
    "config.no_backup": _("%(folder)s holds no complete backup: backup.json is missing."),
    "config.backup_damaged": _("The backup is damaged: %(file)s is not what was written."),
    "config.database_not_empty": _(
        "The database is not empty; a backup is restored into an empty one alone."
    ),
    "roster.administrator_exists": _("An administrator exists; administrators make further ones."),
    "accounts.password_too_weak": _("The password is too weak: %(problems)s"),
}
