"""Settings of every deployment: a station's small machine and a province's cluster differ in the environment alone.

Each ``SIYANAT_*`` variable is described in ``docs/reference/settings.md``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from siyanat.config import postgres

HOME = Path(os.environ.get("SIYANAT_HOME", "var")).resolve()
STORE = Path(os.environ.get("SIYANAT_STORE", str(HOME / "store"))).resolve()
CACHE = Path(os.environ.get("SIYANAT_CACHE", str(HOME / "cache"))).resolve()
LEDGER_KEYS = Path(os.environ.get("SIYANAT_LEDGER_KEYS", str(HOME / "keys"))).resolve()
LEDGER_ORIGIN = os.environ.get("SIYANAT_LEDGER_ORIGIN", "siyanat.local/ledger")
# Where signed checkpoints go: a folder of the level above (a mounted share), empty where there is none.
LEDGER_WITNESS_FOLDER = os.environ.get("SIYANAT_LEDGER_WITNESS_FOLDER", "")
# Witnesses of the level above: "<address> <verifier key>", separated by commas.
LEDGER_WITNESSES = os.environ.get("SIYANAT_LEDGER_WITNESSES", "")
# Under which name this deployment witnesses the logs of the level below; empty where it witnesses none.
LEDGER_WITNESS_NAME = os.environ.get("SIYANAT_LEDGER_WITNESS_NAME", "")

DEBUG = os.environ.get("SIYANAT_DEBUG") == "1"
DEMO = os.environ.get("SIYANAT_DEMO") == "1"


def _secret_key() -> str:
    """The session-signing key: from the environment, else made once and kept in the home folder (0600)."""
    if value := os.environ.get("SIYANAT_SECRET_KEY"):
        return value
    path = HOME / "secret_key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # another process was quicker: its key is the key
            os.link(part, path)
        part.unlink()
    return path.read_text()


def _database() -> dict[str, Any]:
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "siyanat", "connect_timeout": 10},
    }
    if url := os.environ.get("SIYANAT_DATABASE_URL"):
        parts = urlsplit(url)
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        return common | {
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.pop("host", parts.hostname or "")),
            "PORT": str(parts.port or query.pop("port", "")),
            "OPTIONS": common["OPTIONS"] | {name: unquote(value) for name, value in query.items()},
        }
    return common | postgres.locate(HOME).address()


SECRET_KEY = _secret_key()
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ALLOWED_HOSTS = [h for h in os.environ.get("SIYANAT_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("SIYANAT_ORIGINS", "").split(",") if o]
BEHIND_TLS = os.environ.get("SIYANAT_TLS") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP_HEADER = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "siyanat.ui",
    "siyanat.jobs",
    "siyanat.ledger",
    "siyanat.accounts",
    "siyanat.roster",
    "siyanat.conduct",
    "siyanat.cameras",
    "siyanat.evidence",
    "siyanat.signals",
    "siyanat.coverage",
    "siyanat.ingest",
    "siyanat.triage",
    "siyanat.cases",
    "siyanat.archive",
    "siyanat.review",
    "siyanat.desk",
    "siyanat.status",
    "siyanat.demo",
    "siyanat.pipeline",
    "siyanat.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "siyanat.ui.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "siyanat.config.middleware.NoNul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "siyanat.ui.middleware.PoliteRefusals",
    "siyanat.roster.middleware.Gatekeeper",
]

ROOT_URLCONF = "siyanat.config.urls"
WSGI_APPLICATION = "siyanat.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "siyanat.config.navigation.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "siyanat.ui.templatetags.siyanat",
                "siyanat.roster.templatetags.roster",
            ],
        },
    }
]

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", "فارسی"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"
LOCALE_PATHS: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "LOCATION": str(HOME / "incoming")},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        # Counts of failed sign-ins live here: nobody may wash them out by filling the table.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["siyanat.accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# Behind the proxy that ends TLS, a visitor's address is what that one proxy wrote; without it, who connects.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS else 0
ACCOUNT_ADAPTER = "siyanat.accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/10m/key,30/10m/ip",
    "login": "60/m/ip",
    "reauthenticate": "10/m/user",
    "witness": "600/m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Siyanat"

PROCRASTINATE_IMPORT_PATHS: list[str] = ["siyanat.jobs.tasks"]
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "never", "wait": True}

DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "libav": {"level": "CRITICAL"},
    },
}
