"""One question of a client and its answer, on a connection to the exporter's control socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.nodes import messages as say
from qarunner.nodes.channel import Channel, close_all
from qarunner.nodes.error_names import make

if TYPE_CHECKING:
    from collections.abc import Sequence

ClientChannel = Channel[say.Reply]


def ask(
    channel: ClientChannel, message: say.Request, limit: float, descriptors: Sequence[int] = ()
) -> tuple[say.Reply, list[int]]:
    """Send a message and return the answer with the descriptors that came along, which the caller must close.

    A refusal is an answer like others; see `raise_refusal`.

    :raises ChannelClosed: the exporter is gone. :raises TimeoutError: it has not answered in `limit` seconds.
    """
    channel.send(message, descriptors)
    return channel.receive(limit)


def raise_refusal(reply: say.Reply) -> None:
    """Raise what the exporter refused with, if it did.

    :raises QarunnerError: the exporter's own error, of the class it had there.
    """
    if isinstance(reply, say.Refused):
        raise make(reply.error, reply.problem, reply.advice)


def request(channel: ClientChannel, message: say.Request, limit: float, descriptors: Sequence[int] = ()) -> say.Reply:
    """Send a message and return the answer, which brings no descriptors.

    :raises QarunnerError: the exporter refused. :raises ChannelClosed: it is gone.
    :raises TimeoutError: it has not answered in `limit` seconds.
    """
    reply, received = ask(channel, message, limit, descriptors)
    close_all(received)
    raise_refusal(reply)
    return reply
