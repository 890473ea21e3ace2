"""The frame alone: its middleware, its pages and the gallery, without a database."""

from tests.settings import *  # noqa: F403

DEBUG = False
GANGMU_DEMO = True
ROOT_URLCONF = "tests.frame.gallery_site"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "gangmu.frame",
]
AUTH_USER_MODEL = "auth.User"
MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gangmu.frame.security.SecurityHeaders",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tests.frame.gallery.Reader",
    "gangmu.frame.problems.RefusalPages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [__import__("pathlib").Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csrf",
                "gangmu.frame.context.frame",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]
CSRF_FAILURE_VIEW = "gangmu.frame.problems.csrf_failed"
WHITENOISE_AUTOREFRESH = True
