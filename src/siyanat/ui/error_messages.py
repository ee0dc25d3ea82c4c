"""Sentences of the errors that the ground floors (``lib``, ``media``) raise: they know no language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DATES = {
    "jalali.no_such_date": _("There is no such date in the calendar: %(value)s."),
    "jalali.unreadable_date": _(
        "Write the date as year/month/day, such as 1405/09/02; “%(value)s” can't be read."
    ),
    "jalali.unreadable_time": _("Write the time as hour:minute, such as 17:05; “%(value)s” can't be read."),
    "national_id.invalid": _("This is not a valid national ID: its ten digits don't agree with each other."),
}

TABLES = {
    "table.refused": _("The file %(file)s was refused as a whole; mend what is listed and send it again."),
    "table.too_large": _("The file is too large."),
    "table.no_header": _("The file has no row of headings."),
    "table.unknown_column": _("There is no column named “%(value)s” here."),
    "table.column_twice": _("The column %(field)s appears twice."),
    "table.column_missing": _("The column %(field)s is missing."),
    "table.cell_without_column": _("This cell stands under no heading."),
    "table.unreadable": _("The file can't be read as a table; save it as CSV (UTF-8) or XLSX."),
    "table.second_sheet": _("The file has a second sheet, “%(value)s”; send one sheet only."),
    "table.zip_entries": _("The file holds more parts than a table needs."),
    "table.zip_bomb": _("The file unpacks to far more than a table needs."),
    "table.encrypted": _("The file is encrypted; save it without a password."),
    "table.xml_entities": _("The file holds definitions that a table must not have."),
    "table.formula": _("The cell holds a formula; write its value instead."),
    "table.error_cell": _("The cell holds an error of the spreadsheet; write its value instead."),
    "table.too_many_rows": _("The file has more rows than can be taken at once."),
    "table.too_many_columns": _("The file has more columns than can be taken."),
    "table.cell_too_long": _("The cell holds too much text."),
}

STORE = {
    "store.digest_mismatch": _(
        "The bytes that came are not those that were announced: their digest differs. Send them again."
    ),
    "store.disk_full": _("The store's disk is full. Nothing was lost; it goes on once there is room."),
    "store.write_failed": _("The store can't be written (%(reason)s). Nothing was lost; it is tried again."),
}

NOTES = {
    "note.bad_key": _("The key can't be read, or it is not the one of %(name)s."),
    "note.bad_checkpoint": _("The checkpoint can't be read."),
    "note.bad_submission": _("What the log sent to its witness can't be read."),
    "note.bad_proof": _("The proof can't be read."),
    "note.malformed": _("The signed note has not the form that it should have."),
}

MEDIA = {
    "media.absent": _("The file %(file)s is not there, or can't be opened."),
    "media.not_media": _("%(file)s is not a film or sound that can be read (%(reason)s)."),
    "media.unreadable": _("The recording can't be read (%(reason)s)."),
    "media.empty_range": _("There is nothing to cut between these two moments."),
    "media.not_cuttable": _("%(file)s can't be cut (%(reason)s)."),
    "media.not_written": _("The cut %(file)s could not be written (%(reason)s); it is tried again."),
    "media.no_picture": _("%(file)s has no picture at this moment."),
    "media.busy": _("The reader of recordings is busy; try again in a moment."),
    "media.unknown_verb": _("The reader of recordings does not know how to do this (%(verb)s)."),
    "media.child_died": _("The recording made its reader fail, so it was set aside (%(reason)s)."),
    "media.child_killed": _("The reader of recordings was stopped; the work is tried again."),
    "media.child_failed": _("The reader of recordings failed; the work is tried again."),
    "media.child_timeout": _(
        "The recording took longer than %(seconds)s seconds to read; it is tried again."
    ),
}

MESSAGES = {
    "absent_or_forbidden": _("There is no such page, or it is not yours to see."),
    **DATES,
    **TABLES,
    **STORE,
    **NOTES,
    **MEDIA,
}
