"""The table ``[server]`` of the configuration: how ``qarunner serve`` runs."""

from __future__ import annotations

from typing import Annotated

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Limit = Annotated[float, msgspec.Meta(ge=0)]
Number = Annotated[int, msgspec.Meta(ge=1)]


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What ``[server]`` says, with the defaults."""

    data: str = "qarunner-data"
    """The folder of all state."""
    database: str = ""
    """``postgresql://...``; empty for SQLite in the data folder."""
    test_pack: str = ""
    """Folder or git URL of the test pack."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8080
    """0 picks a free one."""
    tls_cert: str = ""
    """File with the certificate; together with `tls_key`."""
    tls_key: str = ""
    external_url: str = ""
    """How clients reach the server, when not as it listens: a proxy's address, with the path below which it is."""
    time_zone: str = "UTC"
    """Such as ``Europe/Berlin``: of times without a zone, in APIs that know no other (QATrack+)."""
    proxies: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How many proxies in front are trusted to tell the client's address."""
    threads: Annotated[int, msgspec.Meta(ge=4, le=4096)] = 256
    """Requests worked on at a time, waiting ones included."""
    job_user: str = ""
    """The user of this machine that testcases run as, with ``{node}`` for the node; empty for the server's own."""
    job_folder: str = ""
    """Where the files of jobs go; needed with `job_user`, who cannot look into the data folder."""
    job_python: str = ""
    """The interpreter that runs testcases; empty for the server's own."""
    job_engine: str = "local"
    """What runs jobs: ``local`` is this machine; plugins offer others."""
    licence_expiry: str = ""
    """What the Stb-tester API says of the nodes' licences; a farm of one's own has none."""
    keep_days: Limit = 0
    """Results that started longer ago are deleted; 0 is no limit."""
    keep_gigabytes: Limit = 0
    """Of artifacts: the oldest results are deleted until the rest fits; 0 is no limit."""
    free_gigabytes: Limit = 0
    """Of the disk with the artifacts: the oldest results are deleted until so much is free; 0 is no limit."""
    body_limit: Number = 16 * 1024 * 1024
    """Bytes of a request's body; artifacts have a limit of their own."""
    upload_limit: Number = 64 * 1024 * 1024
    """Bytes of a request's body that has files within its JSON, as the QATrack+ API takes them."""
    snapshot_limit: Annotated[int, msgspec.Meta(ge=0)] = 512 * 1024 * 1024
    """Bytes of a snapshot of a checkout that `qarunner run` may send; 0 when only what was pushed may run."""


SERVER_FIELDS = ServerConfig.__struct_fields__
"""Names of all keys."""
