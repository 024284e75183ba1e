"""`X-Fanvue-Signature: t=<unix seconds>,v0=<hex HMAC-SHA256 of "t.body">`."""

import hashlib
import hmac


def sign(secret: str, body: bytes, at: int) -> str:
    """The header's value for a body signed at Unix second `at`; the secret is used as shown."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v0={digest}"
