from django.apps import AppConfig
from django.urls import register_converter


class BillingConfig(AppConfig):
    name = "billing_app"

    def ready(self) -> None:
        from billing_app.day_converter import DayConverter

        register_converter(DayConverter, "day")
