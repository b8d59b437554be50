"""A refusal as one e-mail, over a server that the operator names."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import SplitResult, unquote, urlsplit

from atom_release.notify.notices import Notices
from atom_release.notify.refusal import NotTold, Refusal

_SECONDS = 20.0
_PORTS = {"smtp": 25, "smtps": 465}
_REMEDY = (
    "Check ATOM_RELEASE_NOTIFY_SMTP (smtp://host:port or smtps://user:password@host),"
    " ATOM_RELEASE_NOTIFY_FROM and ATOM_RELEASE_NOTIFY_TO."
)


def send(refusal: Refusal, notices: Notices) -> None:
    """Send the refusal to all receivers in one message; the text first, the data beside it.

    Credentials are sent over TLS alone.

    Raises:
        NotTold: the server cannot be reached, wants no such sender or receiver, or offers no TLS
            for the credentials that are given.
    """
    server = urlsplit(notices.mail_server or "")
    if server.scheme not in _PORTS or not server.hostname or not notices.mail_to:
        raise NotTold("The mail server or the receivers are not named.", _REMEDY)
    try:
        with _connected(server) as connection:
            _sign_in(connection, server)
            refused = connection.send_message(_message(refusal, notices))
    except (OSError, smtplib.SMTPException) as error:
        raise NotTold(
            f"The mail server at {server.hostname} did not take the message:"
            f" {type(error).__name__}.",
            _REMEDY,
        ) from None  # its answer may quote what it was sent
    if refused:
        raise NotTold(f"The mail server refused {len(refused)} receivers.", _REMEDY)


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, port = str(server.hostname), server.port or _PORTS[server.scheme]
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=ssl.create_default_context())
    connection = smtplib.SMTP(host, port, timeout=_SECONDS)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    return connection


def _sign_in(connection: smtplib.SMTP, server: SplitResult) -> None:
    if not server.username:
        return
    if not isinstance(connection.sock, ssl.SSLSocket):
        raise NotTold("The mail server offers no TLS for the password.", _REMEDY)
    connection.login(unquote(server.username), unquote(server.password or ""))


def _message(refusal: Refusal, notices: Notices) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = refusal.subject
    message["From"] = notices.mail_from or notices.mail_to[0]
    message["To"] = ", ".join(notices.mail_to)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{refusal.run}@atom-release>"
    message.set_content(refusal.text)
    message.add_attachment(
        refusal.model_dump_json(indent=2).encode(),
        maintype="application",
        subtype="json",
        filename="refusal.json",
    )
    return message
