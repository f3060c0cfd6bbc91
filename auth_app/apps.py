from django.apps import AppConfig


class AuthConfig(AppConfig):
    name = "auth_app"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed

        from auth_app import signing
        from auth_app.rotation import rotate

        authentication_step_completed.connect(rotate)
        signing.configured()  # keys that can't be read are told at the start, not at a sign-in
