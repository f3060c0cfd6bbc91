"""What anybody may know of auth: the keys that its tokens are verified with."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from access.decorators import public
from auth_app import signing


@require_safe
@public
def jwks(request: HttpRequest) -> JsonResponse:
    """The JWK Set (RFC 7517)."""
    response = JsonResponse(signing.published(), content_type="application/jwk-set+json")
    response["Cache-Control"] = f"public, max-age={signing.seconds_to_keep()}"
    return response
