"""The settings of one running site; what differs between sites comes from the environment.

``GANGMU_DATA`` is the folder that holds the embedded database, files and keys.
``GANGMU_DATABASE_URL`` (``postgresql://user:password@host:port/name``) replaces the
embedded database. ``GANGMU_DEMO=1`` marks every page as demonstration.
"""

import os
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from gangmu.site.databases import database
from gangmu.site.demo.state import read_state
from gangmu.site.keys import key_bytes

GANGMU_DATA = Path(os.environ.get("GANGMU_DATA", "data")).resolve()
_DEMO = read_state(GANGMU_DATA)
GANGMU_DEMO = _DEMO is not None or os.environ.get("GANGMU_DEMO") == "1"
GANGMU_CLOCK_OFFSET = _DEMO.clock_offset if _DEMO else timedelta()
"""How far the clock stands from the world's: a demonstration may play another year."""

GANGMU_SITE_NAME = os.environ.get("GANGMU_SITE_NAME", "")
"""What the site calls itself; without it, by the product's name."""
GANGMU_FILING_NUMBER = os.environ.get("GANGMU_FILING_NUMBER", "")
"""The filing number of 政务移动互联网应用程序 that the footer shows (R-BAN-6)."""
GANGMU_PDF_FONT = os.environ.get("GANGMU_PDF_FONT", "")
"""A TrueType font to embed into PDF; without one, readers bring their own Chinese type."""
if GANGMU_PDF_FONT and not Path(GANGMU_PDF_FONT).is_file():
    raise ImproperlyConfigured(f"GANGMU_PDF_FONT names no file: {GANGMU_PDF_FONT}")

GANGMU_SIGNING_SEED = key_bytes("signing_seed", GANGMU_DATA)
GANGMU_DATA_KEY = key_bytes("data_key", GANGMU_DATA)
SECRET_KEY = key_bytes("secret_key", GANGMU_DATA).hex()

DEBUG = False
ALLOWED_HOSTS = os.environ.get("GANGMU_HOSTS", "*").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("GANGMU_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "gangmu.frame",
    "gangmu.kernel.audit",
    "gangmu.kernel.packs",
    "gangmu.kernel.orgs",
    "gangmu.kernel.imports",
    "gangmu.kernel.access",
    "gangmu.kernel.guard",
    "gangmu.kernel.people",
    "gangmu.kernel.offices",
    "gangmu.kernel.facts",
    "gangmu.kernel.files",
    "gangmu.kernel.inbox",
    "gangmu.kernel.notices",
    "gangmu.kernel.quality",
    "gangmu.work.records",
    "gangmu.work.ledgers",
    "gangmu.work.burden",
    "gangmu.work.standards",
    "gangmu.work.selfchecks",
    "gangmu.work.programmes",
    "gangmu.work.plans",
    "gangmu.results.assessment",
    "gangmu.results.honours",
    "gangmu.results.reports",
    "gangmu.desk",
]


DATABASES = {"default": database(os.environ.get("GANGMU_DATABASE_URL", ""), GANGMU_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gangmu.frame.security.SecurityHeaders",
    "gangmu.site.middleware.ContextMiddleware",
    "gangmu.frame.problems.RefusalPages",
    "gangmu.site.replays.IdempotencyMiddleware",
]

ROOT_URLCONF = "gangmu.site.urls"
WSGI_APPLICATION = "gangmu.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "gangmu.frame.context.frame",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]

CSRF_FAILURE_VIEW = "gangmu.frame.problems.csrf_failed"

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [Path(__file__).parent.parent / "frame" / "locale"]
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "gangmu_language"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = GANGMU_DATA / "files"

GANGMU_WEBHOOK_URL = os.environ.get("GANGMU_WEBHOOK_URL", "")
"""Where the day's digests are sent, as JSON, one a person; without it none are made."""

if GANGMU_WEBHOOK_URL and not GANGMU_WEBHOOK_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("GANGMU_WEBHOOK_URL is an address that begins with http:// or https://")

SESSION_COOKIE_NAME = "gangmu_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("GANGMU_HTTPS") == "1"
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("GANGMU_BEHIND_PROXY") == "1" else None
)

DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
}
