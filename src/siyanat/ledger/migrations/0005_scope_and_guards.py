"""Entries are found by their unit; no statement empties a table of the log or rewrites a personal value."""

from django.db import migrations, models

GUARD = """
CREATE FUNCTION ledger_only_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('siyanat.erasing', true) = OLD.entry_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % on %', TG_OP, TG_TABLE_NAME;
END $$;

CREATE OR REPLACE FUNCTION ledger_only_sequencing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position IS NULL AND OLD.leaf_hash IS NULL
       AND (NEW.id, NEW.recorded_at, NEW.kind, NEW.actor, NEW.subject, NEW.unit_path, NEW.body)
         = (OLD.id, OLD.recorded_at, OLD.kind, OLD.actor, OLD.subject, OLD.unit_path, OLD.body) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % on %', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER disclosure_update BEFORE UPDATE ON ledger_disclosure FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER disclosure_delete BEFORE DELETE ON ledger_disclosure FOR EACH ROW EXECUTE FUNCTION ledger_only_erasing();
CREATE TRIGGER entry_truncate BEFORE TRUNCATE ON ledger_entry EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER node_truncate BEFORE TRUNCATE ON ledger_node EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER checkpoint_truncate BEFORE TRUNCATE ON ledger_checkpoint EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER disclosure_truncate BEFORE TRUNCATE ON ledger_disclosure EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER logverification_truncate BEFORE TRUNCATE ON ledger_logverification EXECUTE FUNCTION ledger_refuse();
"""

UNGUARD = """
DROP TRIGGER disclosure_update ON ledger_disclosure;
DROP TRIGGER disclosure_delete ON ledger_disclosure;
DROP TRIGGER entry_truncate ON ledger_entry;
DROP TRIGGER node_truncate ON ledger_node;
DROP TRIGGER checkpoint_truncate ON ledger_checkpoint;
DROP TRIGGER disclosure_truncate ON ledger_disclosure;
DROP TRIGGER logverification_truncate ON ledger_logverification;
DROP FUNCTION ledger_only_erasing();
CREATE OR REPLACE FUNCTION ledger_only_sequencing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position IS NULL AND OLD.leaf_hash IS NULL
       AND (NEW.id, NEW.recorded_at, NEW.kind, NEW.actor, NEW.subject, NEW.body)
         = (OLD.id, OLD.recorded_at, OLD.kind, OLD.actor, OLD.subject, OLD.body) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % on %', TG_OP, TG_TABLE_NAME;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_latest_first")]
    operations = [
        migrations.AddField("entry", "unit_path", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddIndex(
            "entry", models.Index(fields=["unit_path"], name="entry_unit", opclasses=["varchar_pattern_ops"])
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
