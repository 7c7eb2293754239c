"""How is this site set? Everything that a deployer may choose is an environment variable, read here and nowhere else.

docs/reference/settings.md lists them; a test fails when one is missing there.
"""

from __future__ import annotations

import os
from pathlib import Path

from keepwell.web.config.databases import database
from keepwell.web.config.secrets import secret_key


def _yes(name: str, otherwise: str = "no") -> bool:
    return os.environ.get(name, otherwise).casefold() in ("yes", "true", "1", "on")


def _listed(name: str, otherwise: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, otherwise).split(",") if part.strip()]


HOME = Path(os.environ.get("KEEPWELL_HOME", "keepwell-home")).absolute()
"""Everything that the site keeps: database, workspaces, files that wait to be loaded, mail of the demo."""

SECRET_KEY = secret_key(HOME)
DEBUG = False
ALLOWED_HOSTS = _listed("KEEPWELL_HOSTS", "localhost,127.0.0.1,[::1]")
SITE_ADDRESS = os.environ.get("KEEPWELL_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
SECURE = SITE_ADDRESS.startswith("https://")
DATABASES = {"default": database(HOME, os.environ.get("KEEPWELL_DATABASE", ""))}
CACHES = {  # shared by all processes: used codes and attempts are counted in it
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "pages": {  # what was made of records, kept beside them; safe to delete
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "cache",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "auditlog",
    "axes",
    "csp",
    "keepwell.web.nhsuk",
    "keepwell.web.places",
    "keepwell.web.accounts",
    "keepwell.web.audit",
    "keepwell.web.exports",
    "keepwell.web.mail",
    "keepwell.web.jobs",
    "keepwell.web.releases",
    "keepwell.web.evidence",
    "keepwell.web.uploads",
    "keepwell.web.measuring",
    "keepwell.web.comparing",
    "keepwell.web.assessments",
    "keepwell.web.flexible",
    "keepwell.web.dashboards",
    "keepwell.web.administration",
    "keepwell.web.library",
    "keepwell.web.plans",
    "keepwell.web.designing",
    "keepwell.web.following",
    "keepwell.web.support",
    "keepwell.web.alignment",
    "keepwell.web.papers",
    "keepwell.web.home",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "keepwell.web.config.urls"
WSGI_APPLICATION = "keepwell.web.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "OPTIONS": {
            "environment": "keepwell.web.nhsuk.environment.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "keepwell.web.nhsuk.context.site",
            ],
        },
    },
    {  # for the words of allauth's own mails only
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "keepwell.web.accounts.adapter.NobodyJoinsBySigningIn"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation that came by mail and was accepted has shown it
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # signed in until the browser is closed, and eight hours at most
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}  # wrong codes of one person; wrong passwords are counted by axes
MFA_ADAPTER = "keepwell.web.accounts.adapter.SecondStepInOurWords"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 0  # a used code is remembered for as long as it holds, and no longer
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # the longest that a link in a mail holds: see accounts.links
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_CALLABLE = "keepwell.web.accounts.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
LARGEST_UPLOAD = int(os.environ.get("KEEPWELL_LARGEST_UPLOAD", str(2 * 1024**3)))

AUDITLOG_DISABLE_REMOTE_ADDR = True  # who did it is kept, not from which machine

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS]  # the address that browsers see, also where a proxy before us ends TLS
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "keepwell.web.nhsuk.views.form_expired"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}

EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if os.environ.get("KEEPWELL_MAIL_HOST") else "filebased.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = os.environ.get("KEEPWELL_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("KEEPWELL_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("KEEPWELL_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("KEEPWELL_MAIL_PASSWORD", "")
EMAIL_USE_TLS = _yes("KEEPWELL_MAIL_TLS", "yes")
DEFAULT_FROM_EMAIL = os.environ.get("KEEPWELL_MAIL_FROM", "keepwell@localhost")

SITE_NAME = MFA_TOTP_ISSUER = os.environ.get("KEEPWELL_NAME", "Keepwell")
NHS_LOGO = _yes("KEEPWELL_NHS_LOGO")
IS_DEMO = _yes("KEEPWELL_DEMO")
WATCHED_FOLDER = os.environ.get("KEEPWELL_WATCHED_FOLDER", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "keepwell.web.config.logs.WithoutWords",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "axes": {"level": "CRITICAL"},  # it writes who tried to sign in; the register keeps that, not the log
        "django.request": {"level": "ERROR"},  # what somebody asked for in vain may hold the link of a mail
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # refused, and no news
    },
}
