"""Makes decoders, one at a time: no two threads may have msgspec look at the same record type for the first time.

It looks at a type, and at those within it, when that is first used, and meanwhile shows other threads what is half
ready: they read a null pointer, and the process is gone (seen with msgspec 0.22.0). Whatever decodes in more than one
thread gets its decoders here.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, overload

import msgspec

Kind = TypeVar("Kind")

_turn = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


@overload
def decoder_of(kind: type[Kind]) -> msgspec.json.Decoder[Kind]: ...
@overload
def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]: ...
def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """Return the decoder of JSON to `kind`, which is made at the first call. `msgspec.convert` is safe from then on."""
    found = _decoders.get(kind)
    if found is None:
        with _turn:
            found = _decoders.get(kind)
            if found is None:
                found = _decoders[kind] = msgspec.json.Decoder(kind)
    return found
