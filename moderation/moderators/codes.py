"""One-time codes: six digits from a telephone, RFC 6238, and codes on paper for when it is lost."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from moderation import audit
from moderation.refusal import Refusal
from moderation.store.tables import Moderator, RecoveryCode

RECOVERY_CODES = 10

_ISSUER = "Moderation"
# Seconds for which a code is shown, and how many codes before and after it are taken: clocks differ.
_STEP = 30
_DRIFT = 1
_DIGITS = 6
# Without letters and digits that look alike. 32 signs to the power of 24 are 120 bits: not to be found
# from a quick hash either.
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 6, 4


class WrongCode(Refusal):
    """A code that is wrong, too old or used already."""


class CodesAreOn(Refusal):
    """One-time codes were switched on already."""


def new_secret() -> str:
    """Make a secret from which codes are made."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """Return the address that an authenticator reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def switch_on(
    session: Session, moderator: Moderator, secret: str, code: str, *, now: datetime
) -> list[str]:
    """Ask for codes at each login from now on; return the recovery codes, which are shown only now.

    Raises WrongCode unless `code` is one of the secret's, or CodesAreOn.
    """
    step = _step_of(secret, code, now)
    if step is None:
        raise WrongCode("That is not the code of this moment. Does the telephone's clock run right?")
    changed = session.execute(
        update(Moderator)
        .where(Moderator.id == moderator.id, Moderator.code_secret.is_(None))
        .values(code_secret=secret, code_step=step)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]  # An UPDATE's result counts rows.
        raise CodesAreOn("One-time codes are on already.")
    _forget_recovery_codes(session, moderator)
    made = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(moderator_id=moderator.id, code_hash=_hashed(code)) for code in made)
    session.flush()
    audit.note(session, moderator, "codes.on", moderator.name, now=now)
    return made


def use_code(session: Session, moderator: Moderator, code: str, *, now: datetime) -> None:
    """Accept a code or a recovery code of the moderator once, or raise WrongCode."""
    if _use_step(session, moderator, code, now):
        return
    used = session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.moderator_id == moderator.id, RecoveryCode.code_hash == _hashed(code)
        )
    )
    if used.rowcount == 0:  # type: ignore[attr-defined]  # A DELETE's result counts rows.
        raise WrongCode("That code is wrong, too old, or was used already.")
    details = f"{codes_left(session, moderator)} are left."
    audit.note(session, moderator, "codes.recover", moderator.name, details=details, now=now)


def switch_off(session: Session, moderator: Moderator, *, by: Moderator | str, now: datetime) -> None:
    """Ask for codes no more; by somebody else for a moderator who lost everything."""
    session.execute(
        update(Moderator)
        .where(Moderator.id == moderator.id)
        .values(code_secret=None, code_step=None)
        .execution_options(synchronize_session=False)
    )
    _forget_recovery_codes(session, moderator)
    is_own = isinstance(by, Moderator) and by.id == moderator.id
    audit.note(session, by, "codes.off" if is_own else "moderator.codes-off", moderator.name, now=now)


def codes_left(session: Session, moderator: Moderator) -> int:
    """Count the recovery codes that were not used yet."""
    rows = select(func.count()).where(RecoveryCode.moderator_id == moderator.id)
    return session.scalar(rows) or 0


def _use_step(session: Session, moderator: Moderator, code: str, now: datetime) -> bool:
    """Whether it is a code of this moment that nobody used before; it is used then."""
    step = _step_of(moderator.code_secret, code, now)
    if step is None:
        return False
    # Comparing and setting are one statement: of two who come with the same code, one is let in.
    changed = session.execute(
        update(Moderator)
        .where(
            Moderator.id == moderator.id,
            Moderator.code_secret == moderator.code_secret,
            or_(Moderator.code_step.is_(None), Moderator.code_step < step),
        )
        .values(code_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # An UPDATE's result counts rows.


def _step_of(secret: str | None, code: str, now: datetime) -> int | None:
    """Return the step whose code it is, of those around `now`."""
    typed = "".join(code.split())
    if secret is None or len(typed) != _DIGITS or not typed.isascii():
        return None
    current = int(now.timestamp()) // _STEP
    codes = pyotp.TOTP(secret, digits=_DIGITS, interval=_STEP)
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(codes.generate_otp(step), typed):
            return step
    return None


def _forget_recovery_codes(session: Session, moderator: Moderator) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator.id))


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _hashed(code: str) -> str:
    """Hash a code, however it was typed. It is too long to be guessed, so that a quick hash will do."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(signs.encode()).hexdigest()
