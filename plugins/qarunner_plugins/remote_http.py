"""Any box with a REST interface that presses keys: ``http://BOX/press/{key}``, with a method, headers and a body.

In the URL, the headers and the body ``{key}`` stands for the key in the box's own words, ``{action}`` for what is done
with it, and ``{token}`` for the secret that goes with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import urllib.parse
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from qarunner import (
    Check,
    ConfigurationError,
    DeviceError,
    Driver,
    DriverContext,
    Options,
    UnknownKeyError,
    hookimpl,
    look_up_key,
)
from qarunner_plugins.http_device import HttpDevice

Action = Literal["press", "down", "up"]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
CLOSE_PATIENCE = 3.0
CREDENTIALS = "Look at `user`, `password`, `token` and `headers` of the remote"
ADVICE = "Look at the URL of the remote, its `method` and its `body`."


class HttpOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "http://BOX/press/{key}"``."""

    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="the keys, each in the box's words; any key goes when empty")
    ] = {}
    urls: Annotated[Mapping[str, str], msgspec.Meta(description="URLs of single keys, absolute or below the URI")] = {}
    method: Annotated[Literal["GET", "POST", "PUT", "PATCH"], msgspec.Meta(description="of the requests")] = "POST"
    body: Annotated[str, msgspec.Meta(description="what is sent, such as a JSON text")] = ""
    headers: Annotated[Mapping[str, str], msgspec.Meta(description="further headers, such as Authorization")] = {}
    actions: Annotated[
        Mapping[Action, str],
        msgspec.Meta(description="what {action} is; with down and up the remote can hold keys"),
    ] = {}
    user: Annotated[str, msgspec.Meta(description="for authentication")] = ""
    password: Annotated[str, msgspec.Meta(description="for authentication; from the environment or a file")] = ""
    token: Annotated[
        str, msgspec.Meta(description="secret for {token}; Authorization: Bearer when nothing names {token}")
    ] = ""
    auth: Annotated[Literal["basic", "digest"], msgspec.Meta(description="how the user is proven")] = "basic"
    probe: Annotated[str, msgspec.Meta(description="URL that must answer when the remote is opened")] = ""
    verify: Annotated[bool, msgspec.Meta(description="whether to check the certificate of https")] = True
    ca_file: Annotated[str, msgspec.Meta(description="certificate to trust (PEM), for a box with one of its own")] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 5.0

    def __post_init__(self) -> None:
        """Refuse what cannot hold keys and says that it can."""
        if ("down" in self.actions) != ("up" in self.actions):
            message = "actions: give both down and up, or neither"
            raise ValueError(message)
        if _looks_like_json(self.body):
            try:
                json.loads(self.body)
            except ValueError as error:
                message = f"body: looks like JSON and is none: {error}"
                raise ValueError(message) from error


class HttpRemote:
    """A box that takes short presses."""

    def __init__(self, context: DriverContext) -> None:
        self._options: HttpOptions = context.options
        self._url = context.uri
        self._name = f"HTTP remote {_box(context)}"
        self._device = HttpDevice(
            self._name,
            self._options.timeout,
            auth=_auth(self._options),
            verify=self._options.ca_file or self._options.verify,
            advice=ADVICE,
            credentials=CREDENTIALS,
        )

    def open(self) -> None:
        """Ask the probe, if there is one: without it a box that is away is noticed at the first press."""
        if self._options.probe:
            url = urllib.parse.urljoin(self._url, self._options.probe)
            words = {"token": self._options.token}
            self._device.ask("GET", _filled(url, words, _in_url), in_use=False, headers=self._headers(words))

    def keys(self) -> Collection[str] | None:
        """The keys of the options; None, any, when they name none."""
        return tuple({**self._options.keys, **self._options.urls}) or None

    def press(self, key: str) -> None:
        """Make the request for a short press, and wait for the answer."""
        self._send(key, "press")

    def close(self) -> None:
        """Nothing stays open between two requests."""

    def _send(self, key: str, action: Action) -> None:
        options = self._options
        word = options.keys.get(key, key)
        if (known := self.keys()) is not None:
            look_up_key(self._name, dict.fromkeys(known, word), key)
        elif not key.isprintable():  # a line break would begin another header
            raise UnknownKeyError(f"{self._name} has no key {key!r}", "The name of a key is one word")
        words = {"key": word, "action": options.actions.get(action, action), "token": options.token}
        headers = self._headers(words)
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        if options.body and not kind:
            kind = headers["Content-Type"] = JSON if _looks_like_json(options.body) else FORM
        escape = _in_json if "json" in kind else _in_url if kind == FORM else str
        self._device.ask(
            options.method,
            _filled(urllib.parse.urljoin(self._url, options.urls.get(key, "")), words, _in_url),
            in_use=True,
            headers=headers,
            data=_filled(options.body, words, escape).encode() or None,
        )

    def _headers(self, words: Mapping[str, str]) -> dict[str, str]:
        options = self._options
        headers = {name: _filled(value, words, str) for name, value in options.headers.items()}
        templates = (self._url, options.body, options.probe, *options.headers.values(), *options.urls.values())
        if options.token and not any("{token}" in template for template in templates):
            headers["Authorization"] = f"Bearer {options.token}"
        return headers


class HoldingHttpRemote(HttpRemote):
    """A box that can be told that a key goes down, and up."""

    def __init__(self, context: DriverContext) -> None:
        super().__init__(context)
        self._down: set[str] = set()

    def keydown(self, key: str) -> None:
        """Tell that a key goes down."""
        self._down.add(key)
        self._send(key, "down")

    def keyup(self, key: str) -> None:
        """Tell that it goes up."""
        self._down.discard(key)
        self._send(key, "up")

    def close(self) -> None:
        """Release what is down."""
        down, self._down = self._down, set()
        for key in down:
            with contextlib.suppress(DeviceError):
                self._device.timeout = min(self._options.timeout, CLOSE_PATIENCE / len(down))
                self._send(key, "up")
        self._device.timeout = self._options.timeout


def _filled(template: str, words: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """Put words in place of their names in braces; other braces, such as those of JSON, stay."""
    return re.sub(r"\{(key|action|token)\}", lambda found: escape(words.get(found[1], "")), template)


def _in_url(word: str) -> str:
    return urllib.parse.quote(word, safe="")


def _in_json(word: str) -> str:
    return json.dumps(word)[1:-1]


def _looks_like_json(body: str) -> bool:
    return body.strip()[:1] in ("{", "[") and body.strip()[-1:] in ("}", "]")


def _auth(options: HttpOptions) -> Any:
    if not options.user:
        return None
    import requests.auth

    kind = requests.auth.HTTPDigestAuth if options.auth == "digest" else requests.auth.HTTPBasicAuth
    return kind(options.user, options.password)


def _box(context: DriverContext) -> str:
    """Return scheme, host and port of the URL.

    :raises ConfigurationError: it has none, or a password, which would be shown wherever the URL is.
    """
    try:
        parts = urllib.parse.urlsplit(context.uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host:
        problem = f"node {context.node!r}: remote = {context.uri!r} is no URL of a box"
        raise ConfigurationError(problem, "Write http://HOST/PATH/{key}, with {key} where the key stands")
    if parts.username is not None or parts.password is not None:
        problem = f"node {context.node!r}: the URL of the remote has a user in it"
        raise ConfigurationError(problem, "Give `user` and `password` as options: those are kept out of messages")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}"


def _resources(context: DriverContext) -> Collection[str]:
    """Name the box with the part of it that the whole URL addresses, without showing what may be a secret in it."""
    return (f"{_box(context)} {hashlib.sha256(context.uri.encode()).hexdigest()[:16]}",)


def _doctor() -> Sequence[Check]:
    return (Check("boxes with a REST interface", "works", "needs nothing but the network"),)


def _driver(scheme: str) -> Driver:
    return Driver(
        capability="remote",
        scheme=scheme,
        summary="any box with a REST interface, by a template of the URL",
        open=lambda context: (HoldingHttpRemote if "down" in context.options.actions else HttpRemote)(context),
        options=HttpOptions,
        address_help="the rest of a URL, with {key} where the key stands",
        resources=_resources,
        holds_keys=None,
        doctor=_doctor if scheme == "http" else tuple,
        examples=(f"{scheme}://192.168.1.5/remote/{{key}}", f"{scheme}://192.168.1.5/send?key={{key}}"),
    )


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver, with and without TLS."""
    return (_driver("http"), _driver("https"))
