"""The database itself refuses to change or remove what the log holds."""

from django.db import migrations

GUARD = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on %', TG_OP, TG_TABLE_NAME;
END $$;

CREATE FUNCTION ledger_only_sequencing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position IS NULL AND OLD.leaf_hash IS NULL
       AND (NEW.id, NEW.recorded_at, NEW.kind, NEW.actor, NEW.subject, NEW.body)
         = (OLD.id, OLD.recorded_at, OLD.kind, OLD.actor, OLD.subject, OLD.body) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % on %', TG_OP, TG_TABLE_NAME;
END $$;

CREATE FUNCTION ledger_only_witnessing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.size, NEW.root, NEW.note, NEW.signed_at) = (OLD.id, OLD.size, OLD.root, OLD.note, OLD.signed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % on %', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER entry_update BEFORE UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_only_sequencing();
CREATE TRIGGER entry_delete BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER node_change BEFORE UPDATE OR DELETE ON ledger_node FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_only_witnessing();
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
"""

UNGUARD = """
DROP TRIGGER entry_update ON ledger_entry;
DROP TRIGGER entry_delete ON ledger_entry;
DROP TRIGGER node_change ON ledger_node;
DROP TRIGGER checkpoint_update ON ledger_checkpoint;
DROP TRIGGER checkpoint_delete ON ledger_checkpoint;
DROP FUNCTION ledger_refuse();
DROP FUNCTION ledger_only_sequencing();
DROP FUNCTION ledger_only_witnessing();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
