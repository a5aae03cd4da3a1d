"""Requests to a device that speaks HTTP, for the drivers of such devices: bounded, direct, and told in plain words."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from qarunner import DeviceError, network_error

if TYPE_CHECKING:
    import requests

UNAUTHORIZED, FORBIDDEN = 401, 403


class HttpDevice:
    """A device at the other end of HTTP.

    :param device: how messages call it, with its address and without a password.
    :param timeout: seconds to wait for a connection, and for each part of an answer.
    :param auth: as requests takes it, such as a pair of user and password.
    :param verify: whether to check its certificate, or the file with the certificates to trust.
    :param advice: what to look at when it cannot be reached. :param credentials: when it refuses who asks.
    """

    def __init__(
        self,
        device: str,
        timeout: float,
        *,
        auth: Any = None,
        verify: bool | str = True,
        advice: str = "",
        credentials: str = "",
    ) -> None:
        self.device = device
        self.timeout = timeout
        self._auth, self._verify = auth, verify
        self._advice, self._credentials = advice, credentials

    def ask(self, method: str, url: str, *, in_use: bool, **keywords: Any) -> requests.Response:
        """Make a request and return the answer, whose status is below 300.

        :param in_use: the device has been opened: who does not answer now is lost.
        :param keywords: as requests takes them.
        :raises DeviceError: there is no answer, or another one.
        """
        import requests
        from urllib3.exceptions import InsecureRequestWarning

        # A device in the house is asked directly: a company's proxy does not know it. Each request has a connection
        # of its own, because one that was kept may be closed just when a key is sent, which must not be sent twice.
        if self._verify is False:  # as somebody has chosen: a warning in the log at each request helps nobody
            warnings.simplefilter("ignore", InsecureRequestWarning)
        with requests.Session() as session:
            session.trust_env = False
            session.headers["Connection"] = "close"
            session.headers["User-Agent"] = "qarunner"
            try:
                answer = session.request(
                    method,
                    url,
                    timeout=self.timeout,
                    auth=self._auth,
                    verify=self._verify,
                    allow_redirects=False,
                    **keywords,
                )
            except (requests.RequestException, OSError) as error:
                raise network_error(self.device, error, advice=self._advice, in_use=in_use) from error
        if answer.status_code in (UNAUTHORIZED, FORBIDDEN):
            problem = f"{self.device} refuses who asks: {answer.status_code} {answer.reason}"
            raise DeviceError(problem, self._credentials or "Give it the right user and password")
        if answer.status_code >= 300:  # noqa: PLR2004 - a redirect presses no key
            text = " ".join(answer.text.split())[:200]
            problem = f"{self.device} answers {method} {answer.request.path_url.partition('?')[0]} with"
            raise DeviceError(f"{problem} {answer.status_code} {answer.reason} {text}".rstrip(), self._advice)
        return answer
