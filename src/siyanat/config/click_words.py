"""The command line's own words, which click looks up through Python's ``gettext``: our catalogue is where it looks."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from django.utils.translation import gettext_noop, ngettext_lazy

WORDS = (
    gettext_noop("Usage:"),
    gettext_noop("Options"),
    gettext_noop("Commands"),
    gettext_noop("Positional arguments"),
    gettext_noop("Show this message and exit."),
    gettext_noop("default: {default}"),
    gettext_noop("env var: {var}"),
    gettext_noop("required"),
    gettext_noop("Error: {message}"),
    gettext_noop("Aborted!"),
    gettext_noop("Try '{command} {option}' for help."),
    gettext_noop("Missing command."),
    gettext_noop("Missing argument"),
    gettext_noop("Missing option"),
    gettext_noop("Invalid value: {message}"),
    gettext_noop("Invalid value for {param_hint}: {message}"),
    gettext_noop("No such command {name!r}."),
    gettext_noop("No such option {name!r}."),
    gettext_noop("Option {name!r} requires an argument."),
    gettext_noop("Option {name!r} does not take a value."),
    gettext_noop("directory"),
    gettext_noop("file"),
    gettext_noop("path"),
    gettext_noop("{name} {filename!r} does not exist."),
    gettext_noop("{name} {filename!r} is a file."),
    gettext_noop("{name} {filename!r} is a directory."),
    gettext_noop("{name} {filename!r} is not readable."),
    gettext_noop("{value!r} is not a valid {number_type}."),
    gettext_noop("{value} is not in the range {range}."),
    ngettext_lazy(
        "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", "args"
    ),
)
DOMAIN = "django"  # as Django names the catalogues that it compiles


def speak(language: str) -> None:
    """Let click speak the language of this process."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(Path(__file__).parent / "locale"))
    gettext.textdomain(DOMAIN)
