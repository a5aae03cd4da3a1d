"""Notifier ``webhook``: posts each notice as JSON to a URL, signed so that the receiver knows who sent it.

The receiver computes HMAC-SHA256 of the header ``X-Qarunner-Time``, a full stop and the body, with the shared secret,
and compares it in constant time with the hexadecimal digits behind ``sha256=`` in ``X-Qarunner-Signature``. A time that
is minutes old is a repetition.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import msgspec

from qarunner import DeliveryRejectedError, NotifierDescription, Options, hookimpl

if TYPE_CHECKING:
    from qarunner import Notice

TIME_LIMIT = 20.0
TRY_AGAIN = {408, 425, 429}


class WebhookOptions(Options, frozen=True):
    """Options of the notifier."""

    url: Annotated[str, msgspec.Meta(pattern="^https?://", description="where to post")]
    secret: Annotated[str, msgspec.Meta(min_length=8, description="shared with the receiver, for the signature")]
    kinds: Annotated[list[str], msgspec.Meta(description="only these kinds of notices; all when empty")] = []


class WebhookNotifier:
    """Posts notices."""

    def __init__(self, options: WebhookOptions) -> None:
        self._options = options

    def send(self, notice: Notice) -> None:
        """Post one.

        :raises DeliveryRejectedError: the receiver answers that it will never take it.
        """
        import requests

        if self._options.kinds and notice.kind not in self._options.kinds:
            return
        body, moment = msgspec.json.encode(notice), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "qarunner",
            "X-Qarunner-Time": moment,
            "X-Qarunner-Signature": f"sha256={signature(self._options.secret, moment, body)}",
        }
        answer = requests.post(self._options.url, data=body, headers=headers, timeout=TIME_LIMIT, allow_redirects=False)
        if answer.ok and answer.status_code < 300:  # noqa: PLR2004 - a redirect takes nothing
            return
        problem = f"the webhook answered {answer.status_code}"
        if answer.status_code < 500 and answer.status_code not in TRY_AGAIN:  # noqa: PLR2004 - the sender's fault
            raise DeliveryRejectedError(problem)
        raise ConnectionError(problem)


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the signature of a body, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


@hookimpl
def qa_notifiers() -> Iterable[NotifierDescription]:
    """Offer it."""
    return (NotifierDescription("webhook", "post notices to a URL, signed", WebhookNotifier, options=WebhookOptions),)
