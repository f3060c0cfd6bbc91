from django.apps import AppConfig


class AuthConfig(AppConfig):
    name = "auth_app"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed, email_confirmed
        from allauth.mfa.models import Authenticator
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_delete, post_save

        from auth_app import confirming, proof, second_factor, signing
        from auth_app.rotation import rotate

        authentication_step_completed.connect(rotate)
        email_confirmed.connect(confirming.address_confirmed)
        user_logged_in.connect(confirming.signed_in)
        user_logged_in.connect(proof.signed_in)
        # allauth's own signals come after the commit, where a crash would forget what they ask for.
        post_save.connect(second_factor.added, sender=Authenticator)
        post_delete.connect(second_factor.removed, sender=Authenticator)
        signing.configured()  # keys that can't be read are told at the start, not at a sign-in
