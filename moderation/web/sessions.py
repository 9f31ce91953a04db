"""Browsers' sessions: signed cookies, whose age is nobody's business here.

How long a login holds stands in the database. The cookie's own age would end logins where a clock was
put back, or where the next request comes to a machine whose clock is a second behind.
"""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, however old the cookie says it is."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session of a request; a fresh one where it brings none that we signed."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if cookie is None:
            # No blog that sends comments brings one, and a signer takes longer to make.
            return self.session_class()
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        try:
            return self.session_class(signer.loads(cookie))
        except BadSignature:
            return self.session_class()
