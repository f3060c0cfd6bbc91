"""All settings, one file: the environment decides (see README, "Environment")."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu.entity import Queue

from observing import errors
from observing.logs import configuration
from supervisor.state import running_services, signing_keys, var_dir

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = var_dir()
ALL_SERVICES = ("auth", "tasks", "billing", "analytics")

env = environ.Env()
running = running_services()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=running.get("DEMO") == "1")
LOCAL = env.bool("ATES_LOCAL", default=bool(running))  # started by `manage.py runall` or its tests
PRODUCTION = "DATABASE_URL" in env and not (DEBUG or LOCAL)
SECRET_KEY = env("SECRET_KEY", default=running.get("SECRET_KEY", "only-for-set-up-" + "x" * 50))
if PRODUCTION and (SECRET_KEY.startswith("only-for-") or len(SECRET_KEY) < 32):
    raise ImproperlyConfigured("SECRET_KEY is not set or short: give it 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if PRODUCTION and DEMO:
    raise ImproperlyConfigured("DEMO=1 opens known passwords: it is not for production.")
SERVICES: list[str] = env.list("SERVICES", default=list(ALL_SERVICES))
JWT_PRIVATE_KEYS = env("JWT_PRIVATE_KEYS", default="" if PRODUCTION else signing_keys())
if PRODUCTION and "auth" in SERVICES and not JWT_PRIVATE_KEYS:
    raise ImproperlyConfigured(
        "JWT_PRIVATE_KEYS is not set: DEBUG=1 manage.py new_signing_key prints a value."
    )
told_in = env("TASK_CREATED_VERSIONS", default="2").replace(" ", "")
if told_in not in {"1", "1,2", "2"}:
    raise ImproperlyConfigured(f"TASK_CREATED_VERSIONS is 1, or 1,2, or 2, and not “{told_in}”.")
VERSIONS_TOLD = {"tasks.task_created": [int(version) for version in told_in.split(",")]}
BASE_URL = env("BASE_URL", default=running.get("BASE_URL", "http://localhost:8000"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "supervisor",
    "messaging",
    "access",
    "api",
    "pages",
    "auth_app",
    "demo",
    *[f"{service}_app" for service in SERVICES if service != "auth"],
]

MIDDLEWARE = [
    "observing.middleware.watch",
    "django.middleware.security.SecurityMiddleware",
    "api.middleware.serve_api",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pages.middleware.harden",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "auth_app.guards.expire",
    "auth_app.middleware.speak",
    "pages.middleware.serve_pages",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "access.middleware.identify",
    "access.middleware.refuse_the_silent",
    "messaging.context.correlate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pages.middleware.show_toasts",
    "auth_app.guards.insist",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "auth_app.middleware.refuse",
    "allauth.account.middleware.AccountMiddleware",
]

FORM_RENDERER = "pages.forms.Renderer"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "access.context.actor",
                "pages.context.page",
                "messaging.badge.parked_letters",
                *(["billing_app.badge.waiting_corrections"] if "billing" in SERVICES else []),
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "pages.templatetags.pages",
            ],
        },
    }
]

# --- database -----------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db(
        "DATABASE_URL",
        default=running.get("DATABASE_URL", "postgres://nobody@127.0.0.1:1/start-make-run-first"),
    )
}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
        # A machine that vanishes says no goodbye: both ends ask, and find out within half a minute,
        # not after the hours of the system's own settings. A lost relay's lock is free by then.
        " -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
        "connect_timeout": 5,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # milliseconds
    },
}

# Limits on sign-in are counted here: for all web processes together, broker or no broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # of 300, Django's default, a limit is soon forgotten
    },
    # Pieces of pages, by everything that they show: a list is asked for again every few seconds.
    "pieces": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pieces",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}

# --- broker and workers ---------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL", default=running.get("REDIS_URL", "redis://127.0.0.1:1/0"))

CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=REDIS_URL)
BROKER_IS_REDIS = CELERY_BROKER_URL.startswith("redis")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 120,  # longer than the longest delivery, see CELERY_TASK_TIME_LIMIT
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
if BROKER_IS_REDIS:
    CELERY_BROKER_TRANSPORT = "messaging.transport:Transport"
else:  # RabbitMQ; one that is away is an error at once, and the relay is the retry
    CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_POOL_LIMIT = 4
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_TASK_QUEUES = [
    Queue(
        f"{service}.{kind}",
        queue_arguments=None if BROKER_IS_REDIS else {"x-queue-type": "quorum"},
    )
    for service in ALL_SERVICES
    for kind in ("events", "acks", "jobs")
]
CELERY_TASK_DEFAULT_QUEUE = "auth.jobs"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the outbox sends again; a poison task must not loop
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # the relay is the retry
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 100
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A batch that outlives its broker is applied; killing it would only look like its own fault.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 15
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB; a child that has grown past it is replaced
CELERY_DB_REUSE_MAX = 2**31  # Celery would reconnect for every task
CELERY_TIMEZONE = "UTC"


# What is not acknowledged is sent again after the first, doubling, but not later than the last.
RETRY_SECONDS = tuple(map(float, env("RETRY_SECONDS", default="30:600").split(":")))

DELIVERY_RETENTION_DAYS = env.int("DELIVERY_RETENTION_DAYS", default=30)
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=0)  # for ever: see `rebuild`


def _tick(job: str, seconds: float, queue: str = "") -> dict[str, Any]:
    queue = queue or job.split("_app.", maxsplit=1)[0] + ".jobs"
    return {"task": job, "schedule": seconds, "options": {"queue": queue, "expires": seconds * 2}}


# Beat only ticks. What is due is decided by rows in PostgreSQL, so beat may be down or run twice.
CELERY_BEAT_SCHEDULE = {
    "close finished days": _tick("billing_app.jobs.close_days", 30),
    "send payout notices": _tick("billing_app.jobs.send_payouts", 10),
    "reconcile": _tick("billing_app.jobs.reconcile", 10),
    "count finished days": _tick("tasks_app.jobs.count_days", 300),
    "go on with shuffles": _tick("tasks_app.jobs.go_on_with_shuffles", 10),
    "forget sessions": _tick("auth_app.jobs.forget_sessions", 3600),
    "go on with imports": _tick("tasks_app.jobs.go_on_with_imports", 10),
    "prune messages": _tick("messaging.jobs.prune_messages", 3600, queue="auth.jobs"),
    "tally events": _tick("messaging.jobs.tally_events", 900, queue="auth.jobs"),
    "go on with a rebuild": _tick("analytics_app.jobs.go_on_with_rebuild", 10),
    "forget sign-ins": _tick("auth_app.jobs.forget_sign_ins", 3600),
    "forget answers": _tick("api.jobs.forget_answers", 3600, queue="auth.jobs"),
    **{
        f"look after replays of {consumer}": {
            "task": "messaging.operator_jobs.look_after",
            "schedule": 10.0,
            "args": [consumer],
            "options": {"queue": f"{consumer}.events", "expires": 20.0},
        }
        for consumer in ("tasks", "billing", "analytics")
    },
}

# --- who is asking --------------------------------------------------------------------------------

AUTH_USER_MODEL = "auth_app.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # made before Argon2; checked, then renewed
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "auth_app.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "auth_app.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_FORMS = {
    "login": "auth_app.account_forms.LoginForm",
    "signup": "auth_app.account_forms.JoinForm",
    "add_email": "auth_app.account_forms.AddEmailForm",
    "change_password": "auth_app.account_forms.ChangePasswordForm",
    "set_password": "auth_app.account_forms.SetPasswordForm",
    "reset_password": "auth_app.account_forms.ResetPasswordForm",
    "reset_password_from_key": "auth_app.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "auth_app.account_forms.ReauthenticateForm",
    "request_login_code": "auth_app.account_forms.RequestLoginCodeForm",
    "confirm_login_code": "auth_app.account_forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "auth_app.account_forms.ConfirmEmailForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "activate_totp": "auth_app.account_forms.ActivateAppForm",
    "authenticate": "auth_app.account_forms.AuthenticateForm",
    "reauthenticate": "auth_app.account_forms.ConfirmByCodeForm",
    "add_webauthn": "auth_app.key_forms.AddKeyForm",
    "edit_webauthn": "auth_app.key_forms.RenameKeyForm",
}
MFA_ADAPTER = "auth_app.mfa_adapter.MFAAdapter"
MFA_TOTP_ISSUER = "aTES"

ACCESS_TOKEN_SECONDS = 300
RECENT_SIGN_IN_SECONDS = ACCOUNT_REAUTHENTICATION_TIMEOUT  # pages and the API ask alike
JWKS_URL = env("JWKS_URL", default="")  # where auth runs elsewhere: its /.well-known/jwks.json
JWKS_SOURCE = "auth_app.signing.published"  # where it runs here
# Who is asked about people where no service's own rows are meant: auth, if it is installed here.
STANDING_SOURCE = (
    "auth_app.tokens.standing_of" if "auth" in SERVICES else f"{SERVICES[0]}_app.api.standing_of"
)

SESSION_COOKIE_AGE = 24 * 60 * 60  # at most; auth_app.guards ends most of them before
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
TYPIST_COOKIE_NAME = "typist"  # of `pages.unsent`
CSRF_FAILURE_VIEW = "pages.views.expired_form"

SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not (DEBUG or LOCAL):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    TYPIST_COOKIE_NAME = "__Host-typist"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- language, zone, files, mail ------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
BUSINESS_TIME_ZONE = env("BUSINESS_TIME_ZONE", default="UTC")
TIME_ZONE = BUSINESS_TIME_ZONE

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG or LOCAL
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

MAIL_DIR = VAR_DIR / "mail"
# Kept, to be read at /events/mail/. Not in production, where admins would read others' letters.
MAIL_IS_KEPT = "EMAIL_URL" not in env and not PRODUCTION
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="aTES <ates@popug.example>")
EMAIL_TIMEOUT = 20
if MAIL_IS_KEPT:
    EMAIL_BACKEND = "messaging.mailbox.EmailBackend"
else:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))

LOGGING = configuration(env("LOG_FORMAT", default="line"), env("LOG_LEVEL", default="INFO"))
METRICS_TOKEN = env("METRICS_TOKEN", default="")
if SENTRY_DSN := env("SENTRY_DSN", default=""):
    errors.tell(SENTRY_DSN, environment="production" if PRODUCTION else "development")
