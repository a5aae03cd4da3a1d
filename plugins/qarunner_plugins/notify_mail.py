"""Notifier ``mail``: sends each notice as a plain mail through an SMTP server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from qarunner import DeliveryRejectedError, NotifierDescription, Options, hookimpl

if TYPE_CHECKING:
    from email.message import EmailMessage

    from qarunner import Notice

TIME_LIMIT = 20.0
LONGEST_SUBJECT = 200
REFUSED_FOR_GOOD = 500


class MailOptions(Options, frozen=True):
    """Options of the notifier."""

    host: Annotated[str, msgspec.Meta(min_length=1, description="the SMTP server")]
    sender: Annotated[str, msgspec.Meta(pattern="@", description="address that mails come from")]
    to: Annotated[list[str], msgspec.Meta(min_length=1, description="addresses that get them")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535, description="of the server")] = 587
    encryption: Annotated[
        Literal["starttls", "tls", "none"],
        msgspec.Meta(description="none only within one machine or a trusted network"),
    ] = "starttls"
    user: Annotated[str, msgspec.Meta(description="to sign in with; empty for not at all")] = ""
    password: Annotated[str, msgspec.Meta(description="of the user")] = ""
    kinds: Annotated[list[str], msgspec.Meta(description="only these kinds of notices; all when empty")] = []


class MailNotifier:
    """Sends mails, each over a connection of its own."""

    def __init__(self, options: MailOptions) -> None:
        self._options = options

    def send(self, notice: Notice) -> None:
        """Send one.

        :raises DeliveryRejectedError: the server refuses it for good.
        """
        import smtplib
        import ssl

        options = self._options
        if options.kinds and notice.kind not in options.kinds:
            return
        context = ssl.create_default_context()
        connection = (
            smtplib.SMTP_SSL(options.host, options.port, timeout=TIME_LIMIT, context=context)
            if options.encryption == "tls"
            else smtplib.SMTP(options.host, options.port, timeout=TIME_LIMIT)
        )
        with connection:
            if options.encryption == "starttls":
                connection.starttls(context=context)
            if options.user:
                connection.login(options.user, options.password)
            try:
                connection.send_message(message(notice, options))
            except smtplib.SMTPResponseException as error:
                if error.smtp_code >= REFUSED_FOR_GOOD:
                    raise DeliveryRejectedError(f"the mail server answered {error.smtp_code}") from error
                raise
            except smtplib.SMTPRecipientsRefused as error:
                codes = sorted({code for code, _text in error.recipients.values()})
                problem = f"the mail server takes none of the recipients: {', '.join(map(str, codes))}"
                if codes and codes[0] >= REFUSED_FOR_GOOD:
                    raise DeliveryRejectedError(problem) from error
                raise ConnectionError(problem) from error  # one of them is only put off


def message(notice: Notice, options: MailOptions) -> EmailMessage:
    """Return the mail. A line end in a title cannot add a header."""
    from email.message import EmailMessage
    from email.utils import format_datetime

    mail = EmailMessage()
    mail["Subject"] = " ".join(notice.title.split())[:LONGEST_SUBJECT]
    mail["From"] = options.sender
    mail["To"] = ", ".join(options.to)
    mail["Date"] = format_datetime(notice.time)
    mail["X-Qarunner-Cause"] = " ".join(notice.cause.split())[:LONGEST_SUBJECT]
    mail.set_content("\n\n".join(part for part in (notice.text, notice.url) if part) + "\n")
    return mail


@hookimpl
def qa_notifiers() -> Iterable[NotifierDescription]:
    """Offer it."""
    return (NotifierDescription("mail", "send notices by mail", MailNotifier, options=MailOptions),)
