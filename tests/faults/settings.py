"""The product's settings for runs with faults: days are closed by people, while everything breaks;
the schedule would have closed them all at its first tick."""

from config import settings as product

vars().update({name: value for name, value in vars(product).items() if name.isupper()})

# Signing in is not what is looked at, and would take the processor from what is.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

CELERY_BEAT_SCHEDULE = {
    name: tick
    for name, tick in product.CELERY_BEAT_SCHEDULE.items()
    if name != "close finished days"
}
