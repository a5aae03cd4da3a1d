"""The functions a procedure may call, and constants, by the names they have there.

``numpy`` here are a dozen functions of numbers and of lists of numbers with numpy's results; it is not loaded.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qarunner.dialects.qatrack.rules.procedures.limits import DIGITS, ProcedureError
from qarunner.dialects.qatrack.rules.procedures.operators import power


@dataclass(frozen=True, slots=True)
class Function:
    """A function and the keywords it may be called with."""

    call: Callable[..., Any]
    keywords: frozenset[str] = frozenset()


def _round(number: Any, ndigits: Any = None) -> Any:
    if isinstance(ndigits, int) and abs(ndigits) > DIGITS:
        raise ProcedureError(f"round() takes at most {DIGITS} digits")
    return round(number) if ndigits is None else round(number, ndigits)


def _numpy_round(number: Any, decimals: Any = 0) -> Any:
    return float(_round(number, decimals))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _deviations(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.fsum((value - mean) ** 2 for value in values)


def _variance(values: Sequence[float], ddof: int = 0) -> float:
    return _deviations(values) / (len(values) - ddof)


def _standard_deviation(values: Sequence[float], ddof: int = 0) -> float:
    return math.sqrt(_variance(values, ddof))


def _median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def _sign(number: float) -> float:
    return float((number > 0) - (number < 0))


def _plain(functions: Mapping[str, Callable[..., Any]]) -> dict[str, Function]:
    return {name: Function(call) for name, call in functions.items()}


def _of_math(*names: str) -> dict[str, Function]:
    return _plain({name: getattr(math, name) for name in names})


_ANGLES = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "degrees", "radians")
_SHARED = (*_ANGLES, "sqrt", "exp", "log10", "log2", "log1p", "expm1", "hypot", "fabs", "fmod", "copysign")
_SHARED_TESTS = ("isnan", "isinf", "isfinite")
_DDOF = frozenset({"ddof"})

BUILTINS: Mapping[str, Function] = {
    **_plain({"abs": abs, "min": min, "max": max, "sum": sum, "len": len, "pow": power, "sorted": sorted}),
    **_plain({"int": int, "float": float, "str": str, "bool": bool, "any": any, "all": all}),
    "round": Function(_round, frozenset({"ndigits"})),
}
MATH: Mapping[str, Function] = {
    **_of_math(*_SHARED, *_SHARED_TESTS, "asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh"),
    **_of_math("log", "pow", "floor", "ceil", "trunc", "fsum"),
    "isclose": Function(math.isclose, frozenset({"rel_tol", "abs_tol"})),
}
NUMPY: Mapping[str, Function] = {
    **_of_math(*_SHARED, *_SHARED_TESTS),
    **_plain({"arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "arctan2": math.atan2}),
    **_plain({"deg2rad": math.radians, "rad2deg": math.degrees, "power": power, "log": math.log, "sign": _sign}),
    **_plain({"abs": abs, "absolute": abs, "sum": sum, "min": min, "max": max, "amin": min, "amax": max}),
    **_plain({"floor": lambda number: float(math.floor(number)), "ceil": lambda number: float(math.ceil(number))}),
    **_plain({"mean": _mean, "average": _mean, "median": _median, "sqrt": math.sqrt}),
    **dict.fromkeys(("round", "around"), Function(_numpy_round, frozenset({"decimals"}))),
    "std": Function(_standard_deviation, _DDOF),
    "var": Function(_variance, _DDOF),
}
MODULES: Mapping[str, Mapping[str, Function]] = {"math": MATH, "numpy": NUMPY, "np": NUMPY}
CONSTANTS: Mapping[str, Mapping[str, float]] = {
    "math": {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan},
    "numpy": {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan},
    "np": {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan},
}
