"""What an operator may set, read once from the environment. A wrong value names itself."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from moderation.outgoing import Networks
from moderation.refusal import Refusal

PREFIX = "MODERATION_"
# Settings whose values are not repeated in messages.
_SECRET = frozenset({"secret_key", "database_url", "oidc_client_secret", "metrics_token"})

_SHORTEST_SECRET = 16

# By these, programs on the machine itself ask how the service is.
_OWN_HOSTS = ("127.0.0.1", "localhost")

Positive = Annotated[int, msgspec.Meta(ge=1)]


class BadSettings(Refusal):
    """A setting is wrong; the message names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator may set. Each is read from MODERATION_<NAME>."""

    # Where the service keeps what it makes itself: the SQLite file and the key that signs cookies.
    instance: Path = Path("instance")
    # sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME. Without it: moderation.db in `instance`.
    database_url: Annotated[
        str, msgspec.Meta(pattern=r"^((sqlite|postgres|postgresql|postgresql\+psycopg)://.+)?\Z")
    ] = ""
    # The folder of trained classifiers.
    models: Path = Path("models")
    # Signs cookies. Without it one is made and kept in `instance`; machines that share a database
    # must be given the same.
    secret_key: Annotated[str, msgspec.Meta(min_length=_SHORTEST_SECRET)] | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 8000
    # Processes, and requests that each works on at once.
    workers: Positive = 2
    threads: Positive = 4
    # The largest request body in bytes. A comment of the greatest length fits, however it is escaped.
    max_body: Positive = 1024 * 1024
    # How many comments of each site are stored in a minute, on all machines together; 0 for no limit.
    comments_a_minute: Annotated[int, msgspec.Meta(ge=0)] = 0
    # Set to 1 where the service is reached by https, so that browsers keep the cookie from plain http.
    secure_cookies: bool = False
    # How long a moderator stays logged in, and for how long without asking for a page.
    login_hours: Annotated[int, msgspec.Meta(ge=1, le=8_760)] = 12
    idle_minutes: Annotated[int, msgspec.Meta(ge=5, le=525_600)] = 30
    # Set to 1 where nobody with a password may do anything before he set up one-time codes.
    demand_codes: bool = False
    # How many proxies of ours a request comes through. Each adds to X-Forwarded-For and says in
    # X-Forwarded-Proto how it was asked. With 0 these headers are what anybody may have written.
    proxies: Annotated[int, msgspec.Meta(ge=0, le=10)] = 0
    # The hosts that the service answers to, as in a.example.org,.example.com, where a dot at the front
    # stands for that host and every one below. This machine's own names always do. Without it: all.
    trusted_hosts: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9., _-]*\Z")] = ""
    # The address under which clients reach the service, such as https://moderation.example.org/. What
    # we tell clients of our own address is then this, and not what a request says.
    public_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s/?#]+/?)?\Z")] = ""
    # Networks that are not public and that callbacks may go to all the same, as in 10.0.0.0/8,::1/128.
    callback_networks: Networks = Networks()
    # Origins whose pages may ask from a browser, as in https://a.example,https://b.example; * for all.
    cors_origins: str = ""
    # Single sign-on by OpenID Connect: the provider's issuer, such as https://login.example.org/realms/x,
    # and what it knows the service by. Its redirect address is <public_url>/console/single-sign-on/back.
    oidc_issuer: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?)?\Z",
            max_length=200,
        ),
    ] = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    # What the button on the login page calls the provider.
    oidc_name: str = "single sign-on"
    # What somebody whom the provider knows and we do not becomes here, on every site: a reader or a
    # moderator. Without it, only people whom an admin added, or who linked themselves, are let in.
    oidc_role: Literal["", "reader", "moderator"] = ""
    # What Prometheus must show to read /metrics, as a bearer token; without it there is no such address.
    metrics_token: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~+/=-]{16,}\Z")] | None = None
    log_format: Literal["auto", "json", "console"] = "auto"

    def where_data_lives(self) -> str:
        """Return the database's URL."""
        return self.database_url or f"sqlite:///{self.instance / 'moderation.db'}"

    def hosts(self) -> list[str] | None:
        """Return the hosts that are answered to; None where all are."""
        listed = [one.strip().lower() for one in self.trusted_hosts.split(",") if one.strip()]
        return [*listed, *_OWN_HOSTS] if listed else None

    def signing_key(self) -> str:
        """Return the key that signs cookies; make one that lasts when none was set."""
        return self.secret_key or _kept_secret(self.instance / "secret_key")


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises BadSettings with the name of the first variable that is wrong."""
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value
    }
    unknown = given.keys() - set(Settings.__struct_fields__)
    if unknown:
        known = ", ".join(PREFIX + name.upper() for name in Settings.__struct_fields__)
        raise BadSettings(f"{PREFIX}{min(unknown).upper()} is no setting. There are: {known}")
    for name, value in given.items():
        try:
            _convert({name: value})
        except msgspec.ValidationError as error:
            why = str(error).partition(" - at ")[0]
            shown = "" if name in _SECRET else f"={value!r}"
            raise BadSettings(f"{PREFIX}{name.upper()}{shown}: {why}") from None
    if "oidc_issuer" in given:
        for name in ("oidc_client_id", "oidc_client_secret"):
            if name not in given:
                raise BadSettings(f"{PREFIX}{name.upper()} is needed beside {PREFIX}OIDC_ISSUER.")
    return _convert(given)


def _convert(given: Mapping[str, str]) -> Settings:
    return msgspec.convert(given, Settings, strict=False, dec_hook=lambda kind, value: kind(value))


def _kept_secret(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
            draft.write(secrets.token_hex(32))
            draft.flush()
            os.fsync(draft.fileno())
        # Linking fails where another process was first, so that all of them end with one key.
        try:
            os.link(draft.name, file)
        except FileExistsError:
            pass
        finally:
            Path(draft.name).unlink()
    secret = file.read_text("ascii", errors="replace").strip()
    if len(secret) < _SHORTEST_SECRET:
        raise BadSettings(f"{file} holds no key; remove it, and the next start makes one.")
    return secret
