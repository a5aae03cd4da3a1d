"""How long things take, in seconds."""

from __future__ import annotations

FOCUS = 0.22
SCROLL = 0.30
FADE = 0.24
ZAP_BLACK = 0.40
BANNER_IN = 0.25
BANNER_SHOWN = 4.0
DIGITS_WAIT = 1.4
VOLUME_SHOWN = 2.0
LOADING = 1.2
CONTROLS_SHOWN = 3.0
TOAST_SHOWN = 2.5
SEEK = 10.0
