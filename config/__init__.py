"""Wiring only: settings, routes, the Celery application, the WSGI entry."""

from config import checks
from config.celery import app

__all__ = ["app", "checks"]
