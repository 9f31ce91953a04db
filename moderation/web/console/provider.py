"""Ask the provider of single sign-on who somebody is: OpenID Connect, by Authlib.

The provider is looked up anew for each login: keys change, and logins are rare.
"""

from typing import Any, NamedTuple

import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from flask import request, session
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from moderation.settings import Settings

_NAME = "provider"
# Seconds for a connection to come about, and for each part of an answer.
_TIMEOUT = (3.05, 5)
# Seconds by which the provider's clock may differ from ours.
_CLOCKS = 60
# Signed with a key that the provider alone has: not with our secret, and not unsigned.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# What libraries raise for what a provider should not have answered.
_WRONG_ANSWERS = (
    AuthlibBaseError,
    JoseError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


class NotReached(Exception):
    """The provider does not answer, or refuses us."""


class NotProven(Exception):
    """What came back does not prove who somebody is."""


class Person(NamedTuple):
    """Who somebody is at the provider."""

    # Never given to anybody else there.
    number: str
    # What the provider calls the person, the best first. Proves nothing.
    names: tuple[str, ...]


class _Metadata(msgspec.Struct, frozen=True):
    """What we need to know of a provider."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Session(OAuth2Session):  # type: ignore[misc]  # Authlib publishes no types.
    """Asks the provider and nobody whom it sends us to: what we tell it is for it alone."""

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send a request."""
        return super().request(method, url, **options | {"allow_redirects": False})


class _Provider(FlaskOAuth2App):  # type: ignore[misc]  # Authlib publishes no types.
    """The provider that the settings name."""

    client_cls = _Session

    def load_server_metadata(self) -> dict[str, Any]:
        """Look the provider's addresses up, and check that they are the issuer's own."""
        found: dict[str, Any] = self.server_metadata
        if "_issuer" in found:
            issuer = found.pop("_issuer")
            with self._get_session() as asked:
                answer = asked.request("GET", self._server_metadata_url, withhold_token=True)
                answer.raise_for_status()
            metadata = msgspec.json.decode(answer.content, type=_Metadata)
            if metadata.issuer.rstrip("/") != issuer.rstrip("/"):
                raise ValueError("another issuer")
            scheme = issuer.partition(":")[0]
            found |= msgspec.structs.asdict(metadata)
            if not all(address.startswith(f"{scheme}://") for address in found.values()):
                raise ValueError("addresses without encryption")
            found["id_token_signing_alg_values_supported"] = _ALGORITHMS
        return found


def lead_to(settings: Settings, back: str) -> Response:
    """Lead the browser to the provider, which leads it to the address `back`. Raises NotReached."""
    # What earlier attempts left behind would fill the cookie.
    for key in [key for key in session if key.startswith(_state_key(""))]:
        session.pop(key)
    try:
        answer: Response = _provider(settings).authorize_redirect(back)
    except (RequestException, *_WRONG_ANSWERS) as error:
        raise NotReached(type(error).__name__) from error
    return answer


def who_came_back(settings: Settings) -> Person:
    """Return who it is for whom the provider vouches in this request.

    Raises NotReached where it cannot be asked, and NotProven where its answer does not hold.
    """
    if _state_key(request.args.get("state", "")) not in session:
        # Nobody set out from this browser: nothing is asked for strangers.
        raise NotProven("state")
    provider = _provider(settings)
    try:
        issuer = provider.load_server_metadata()["issuer"]
        token = provider.authorize_access_token(
            leeway=_CLOCKS,
            # Authlib itself would not look at the audience.
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "nonce": {"essential": True},
            },
        )
        claims = token["userinfo"]
    except OAuthError as error:
        raise NotProven(type(error).__name__) from error
    except RequestException as error:
        raise NotReached(type(error).__name__) from error
    except _WRONG_ANSWERS as error:
        raise NotProven(type(error).__name__) from error
    number = claims["sub"]
    if not isinstance(number, str):
        raise NotProven("sub")
    names = (claims.get(claim) for claim in ("preferred_username", "name", "email"))
    return Person(number, tuple(name for name in names if isinstance(name, str)))


def _state_key(state: str) -> str:
    """Return where Authlib keeps in the session what it needs when somebody comes back."""
    return f"_state_{_NAME}_{state}"


def _provider(settings: Settings) -> _Provider:
    return _Provider(
        FlaskIntegration(_NAME),
        _NAME,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT,
        },
        _issuer=settings.oidc_issuer,
    )
