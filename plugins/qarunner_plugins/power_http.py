"""Power outlets that speak HTTP, such as Tasmota and Shelly: URLs that switch on, switch off and tell the state."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from qarunner import Check, ConfigurationError, DeviceError, Driver, DriverContext, Options, hookimpl
from qarunner_plugins.http_device import HttpDevice

CREDENTIALS = "Look at `user` and `password` of the power outlet"
ADVICE = "Look at the address of the power outlet, its plug, and its `kind`"
TRUE_WORDS, FALSE_WORDS = ("on", "true", "1"), ("off", "false", "0")
SWITCHED_WITHIN = 15.0

Kind = Literal["tasmota", "shelly", "shelly2", "custom"]
TEMPLATES: dict[Kind, tuple[str, str, str, str]] = {
    "tasmota": (
        "/cm?cmnd=Power{channel}%20On",
        "/cm?cmnd=Power{channel}%20Off",
        "/cm?cmnd=Power{channel}",
        "POWER{channel}|POWER",
    ),
    "shelly": ("/relay/{channel}?turn=on", "/relay/{channel}?turn=off", "/relay/{channel}", "ison"),
    "shelly2": (
        "/rpc/Switch.Set?id={channel}&on=true",
        "/rpc/Switch.Set?id={channel}&on=false",
        "/rpc/Switch.GetStatus?id={channel}",
        "output",
    ),
    "custom": ("", "", "", ""),
}
FIRST_CHANNEL: dict[Kind, str] = {"tasmota": "", "shelly": "0", "shelly2": "0", "custom": ""}


class HttpPowerOptions(Options, frozen=True, kw_only=True):
    """Options of ``power = "http://OUTLET"``."""

    kind: Annotated[Kind, msgspec.Meta(description="whose URLs: tasmota, shelly (generation 1), shelly2, custom")] = (
        "custom"
    )
    channel: Annotated[str, msgspec.Meta(description="which outlet of several, as it counts them")] = ""
    on: Annotated[str, msgspec.Meta(description="URL that switches on, absolute or below the URI")] = ""
    off: Annotated[str, msgspec.Meta(description="URL that switches off")] = ""
    state: Annotated[str, msgspec.Meta(description="URL that tells the state; without it nobody can tell")] = ""
    state_path: Annotated[
        str, msgspec.Meta(description="where the state stands in the JSON answer: relays.0.ison; a|b tries both")
    ] = ""
    on_value: Annotated[str, msgspec.Meta(description="what stands there when it is on, if not on, true or 1")] = ""
    method: Annotated[Literal["GET", "POST", "PUT"], msgspec.Meta(description="of the switching requests")] = "GET"
    user: Annotated[str, msgspec.Meta(description="for authentication")] = ""
    password: Annotated[str, msgspec.Meta(description="for authentication; from the environment or a file")] = ""
    auth: Annotated[Literal["basic", "digest"], msgspec.Meta(description="how the user is proven")] = "basic"
    verify: Annotated[bool, msgspec.Meta(description="whether to check the certificate of https")] = True
    ca_file: Annotated[
        str, msgspec.Meta(description="certificate to trust (PEM), for an outlet with one of its own")
    ] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 5.0

    def __post_init__(self) -> None:
        """Refuse an outlet that could not be switched."""
        if self.kind == "custom" and not (self.on and self.off):
            message = "kind custom needs the URLs `on` and `off`"
            raise ValueError(message)


class HttpPower:
    """One outlet."""

    def __init__(self, context: DriverContext) -> None:
        options: HttpPowerOptions = context.options
        self._options = options
        self._url = context.uri.rstrip("/")
        channel = options.channel or FIRST_CHANNEL[options.kind]
        given = (options.on, options.off, options.state, options.state_path)
        self._on, self._off, self._state, self._path = (
            (mine or usual).replace("{channel}", channel)
            for mine, usual in zip(given, TEMPLATES[options.kind], strict=True)
        )
        parts = urllib.parse.urlsplit(self._url)
        if not parts.hostname:
            raise ConfigurationError(f"power {context.uri} names no host", 'Write it as "http://192.168.1.7"')
        self._name = f"power outlet {parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._device = HttpDevice(
            self._name,
            options.timeout,
            auth=_credentials(options),
            verify=options.ca_file or options.verify,
            advice=ADVICE,
            credentials=CREDENTIALS,
        )
        self._open = False

    def open(self) -> None:
        """See whether it answers, where it can be asked for its state."""
        self._open = False
        if self._state:
            self._ask_state()
        self._open = True

    def on(self) -> None:
        """Switch on, and return when it says that it is."""
        self._switch(self._on, wanted=True)

    def off(self) -> None:
        """Switch off, and return when it says that it is."""
        self._switch(self._off, wanted=False)

    def is_on(self) -> bool | None:
        """Ask for the state."""
        return self._ask_state() if self._state else None

    def close(self) -> None:
        """Each request had a connection of its own; the power stays as it is."""
        self._open = False

    def _switch(self, url: str, *, wanted: bool) -> None:
        self._device.ask(self._options.method, self._absolute(url), in_use=self._open)
        deadline = time.monotonic() + SWITCHED_WITHIN
        while self._state and self._ask_state() is not wanted:
            if time.monotonic() > deadline:
                word = "on" if wanted else "off"
                problem = f"{self._name} was switched {word} and says after {SWITCHED_WITHIN:g} s that it is not"
                raise DeviceError(problem, "Is a timer or an overload protection of the outlet in the way?")
            time.sleep(0.2)

    def _ask_state(self) -> bool:
        text = self._device.ask("GET", self._absolute(self._state), in_use=self._open).text
        value = self._found(text)
        word = json.dumps(value) if isinstance(value, bool) else str(value).strip()
        if self._options.on_value:
            return word.lower() == self._options.on_value.lower()
        if word.lower() in (*TRUE_WORDS, *FALSE_WORDS):
            return word.lower() in TRUE_WORDS
        problem = f"{self._name} tells the state {word[:80]!r}, which is neither on nor off"
        raise DeviceError(problem, "Say with `on_value` what it tells when it is on, or mend `state_path`")

    def _found(self, text: str) -> Any:
        if not self._path:
            return text
        try:
            answer = json.loads(text)
        except ValueError as error:
            problem = f"{self._name} tells its state not as JSON: {text[:80]!r}"
            raise DeviceError(
                problem, "Is `state` the right URL? Without `state_path` the whole answer counts"
            ) from error
        for path in self._path.split("|"):
            found = _at(answer, path.split("."))
            if found is not None:
                return found
        raise DeviceError(f"{self._name}: its answer has no {self._path}: {text[:120]}", "Mend `state_path` or `kind`")

    def _absolute(self, url: str) -> str:
        return url if "://" in url else f"{self._url}/{url.lstrip('/')}"


def _at(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _credentials(options: HttpPowerOptions) -> Any:
    if not options.user:
        return None
    if options.auth == "basic":
        return options.user, options.password
    from requests.auth import HTTPDigestAuth

    return HTTPDigestAuth(options.user, options.password)


def _resources(context: DriverContext) -> list[str]:
    return [f"power {context.uri.rstrip('/')} {context.options.channel}".rstrip()]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module, for both schemes."""
    return [
        Driver(
            capability="power",
            scheme=scheme,
            summary="An outlet that speaks HTTP: Tasmota, Shelly, or any by its URLs",
            open=HttpPower,
            options=HttpPowerOptions,
            address_help="the outlet's URL",
            resources=_resources,
            doctor=lambda: (Check("power http:", "works", "needs nothing but qarunner itself"),),
            examples=(f"{scheme}://192.168.1.7",),
        )
        for scheme in ("http", "https")
    ]
