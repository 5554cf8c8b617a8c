"""Mail by `smtplib`: a server that is refused is stood in for, so that the mail itself is seen.

The first thing that is sent over a connection for mail is said by the server, so that without one
a program never comes to write its mail. Nothing of it leaves: what a library would have sent is
kept, and the answers are those of a server that takes it.
"""

from __future__ import annotations

from email.message import Message
from typing import Any

from hushtable.prove.clients.outgoing import Hook, Note, sent
from hushtable.prove.clients.wrapping import wrap

_AWAY = "_hushtable_away"
_READY, _BYE, _LET_IN, _DONE = 220, 221, 235, 250
_ANSWERS = {
    "starttls": (_READY, b"ready"),
    "ehlo": (_DONE, b"ok"),
    "helo": (_DONE, b"ok"),
    "noop": (_DONE, b"ok"),
    "login": (_LET_IN, b"accepted"),
    "quit": (_BYE, b"bye"),
    "ehlo_or_helo_if_needed": None,
}


def hooks(note: Note) -> tuple[tuple[str, Hook], ...]:
    """Give what has `smtplib` tell `note` of a mail that a refused server was to take."""
    return (("smtplib", lambda module, _where: _smtplib(module, note)),)


def _smtplib(module: Any, note: Note) -> None:
    def connect(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        given = dict(zip(("host", "port"), args, strict=False)) | kwargs
        try:
            return wrapped(*args, **kwargs)
        except OSError:
            port = given.get("port") or instance.default_port
            setattr(instance, _AWAY, f"smtp://{given.get('host', 'localhost')}:{port}")
            return _READY, b"ready"

    def sendmail(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        address = getattr(instance, _AWAY, "")
        if not address:
            return wrapped(*args, **kwargs)
        given = dict(zip(("from_addr", "to_addrs", "msg"), args, strict=False)) | kwargs
        message = given.get("msg")
        text = message.as_bytes() if isinstance(message, Message) else message
        who = given.get("to_addrs") or ()
        every = [who] if isinstance(who, str) else who
        note(sent("MAIL", address, [("to", str(one)) for one in every], text))
        return {}

    wrap(module.SMTP, "connect", connect)
    wrap(module.SMTP, "sendmail", sendmail)
    for name, answer in _ANSWERS.items():
        wrap(module.SMTP, name, _answering(answer))


def _answering(answer: object) -> Any:
    def answered(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        return answer if getattr(instance, _AWAY, "") else wrapped(*args, **kwargs)

    return answered
