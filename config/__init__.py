"""Wiring only: settings, routes, the Celery application, the WSGI entry."""

from config.celery import app

__all__ = ["app"]
