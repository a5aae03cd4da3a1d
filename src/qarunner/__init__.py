"""qarunner: run test packs on televisions, set-top boxes and browsers, and keep the evidence.

The names below are the whole public interface for plugins and tests. They are imported at first use, so that a
project that merely has qarunner installed pays nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from qarunner._version import __version__

if TYPE_CHECKING:
    from qarunner.commands.spec import Command
    from qarunner.device_network import host_and_port, network_error, shown_address
    from qarunner.device_socket import DeviceSocket
    from qarunner.drivers import Check, Discovered, Driver, DriverContext, NoOptions, Options
    from qarunner.errors import (
        ConfigurationError,
        DeliveryPostponedError,
        DeliveryRejectedError,
        DeliveryStoppedError,
        DeviceError,
        DeviceLostError,
        EndOfStreamError,
        ExporterLostError,
        NodeBusyError,
        PluginError,
        QarunnerError,
        StrategyError,
        UnknownKeyError,
        UnknownNodeError,
        nearest,
    )
    from qarunner.hookspecs import HOOK_INTERFACE, hookimpl
    from qarunner.job_engines import JobEnding, JobEngine, JobEngineContext, JobEngineDescription, JobOrder
    from qarunner.keys import look_up_key
    from qarunner.notifiers import Notice, Notifier, NotifierDescription
    from qarunner.outbox.files import write_whole
    from qarunner.protocols import (
        AudioBlock,
        AudioFormat,
        AudioSource,
        BatchReporter,
        Browser,
        BrowserEvidence,
        BrowserPictures,
        Capture,
        CapturedFrame,
        CaptureFormat,
        FaultInjector,
        HoldingRemote,
        Power,
        Remote,
        ResultReporter,
        RunReporter,
        RunSender,
        SentRun,
    )
    from qarunner.qatrack_names import list_of_testcase, macro_name, macros_of_measurement, macros_of_testcase
    from qarunner.reporters import ReporterDescription
    from qarunner.results import (
        Artifact,
        Device,
        Failure,
        Measurement,
        Outcome,
        Phase,
        Result,
        Run,
        Step,
    )
    from qarunner.runner.api import measure, press_latency, step, stop_job
    from qarunner.runner.node import Node
    from qarunner.runner.sound import AudioLevel, Sound, SoundTimeout, audio_level, wait_for_silence, wait_for_sound
    from qarunner.strategies import Strategy
    from qarunner.testcases import TestcaseSource
    from qarunner.timeline import Event, Timeline
    from qarunner.token_files import read_token_file
    from qarunner.xml_characters import xml_text

_HOME = {
    "qarunner.commands.spec": ("Command",),
    "qarunner.device_network": ("host_and_port", "network_error", "shown_address"),
    "qarunner.device_socket": ("DeviceSocket",),
    "qarunner.drivers": ("Check", "Discovered", "Driver", "DriverContext", "NoOptions", "Options"),
    "qarunner.errors": (
        "ConfigurationError",
        "DeliveryPostponedError",
        "DeliveryRejectedError",
        "DeliveryStoppedError",
        "DeviceError",
        "DeviceLostError",
        "EndOfStreamError",
        "ExporterLostError",
        "NodeBusyError",
        "PluginError",
        "QarunnerError",
        "StrategyError",
        "UnknownKeyError",
        "UnknownNodeError",
        "nearest",
    ),
    "qarunner.hookspecs": ("HOOK_INTERFACE", "hookimpl"),
    "qarunner.job_engines": ("JobEngine", "JobEngineContext", "JobEngineDescription", "JobEnding", "JobOrder"),
    "qarunner.keys": ("look_up_key",),
    "qarunner.notifiers": ("Notice", "Notifier", "NotifierDescription"),
    "qarunner.outbox.files": ("write_whole",),
    "qarunner.protocols": (
        "AudioBlock",
        "AudioFormat",
        "AudioSource",
        "BatchReporter",
        "Browser",
        "BrowserEvidence",
        "BrowserPictures",
        "Capture",
        "CapturedFrame",
        "CaptureFormat",
        "FaultInjector",
        "HoldingRemote",
        "Power",
        "Remote",
        "ResultReporter",
        "RunReporter",
        "RunSender",
        "SentRun",
    ),
    "qarunner.qatrack_names": (
        "list_of_testcase",
        "macro_name",
        "macros_of_measurement",
        "macros_of_testcase",
    ),
    "qarunner.reporters": ("ReporterDescription",),
    "qarunner.results": (
        "Artifact",
        "Device",
        "Failure",
        "Measurement",
        "Outcome",
        "Phase",
        "Result",
        "Run",
        "Step",
    ),
    "qarunner.runner.api": ("measure", "press_latency", "step", "stop_job"),
    "qarunner.runner.node": ("Node",),
    "qarunner.strategies": ("Strategy",),
    "qarunner.runner.sound": (
        "AudioLevel",
        "Sound",
        "SoundTimeout",
        "audio_level",
        "wait_for_silence",
        "wait_for_sound",
    ),
    "qarunner.testcases": ("TestcaseSource",),
    "qarunner.timeline": ("Event", "Timeline"),
    "qarunner.token_files": ("read_token_file",),
    "qarunner.xml_characters": ("xml_text",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

# Spelled out, because type checkers do not compute it.
__all__ = [
    "HOOK_INTERFACE",
    "Artifact",
    "AudioBlock",
    "AudioFormat",
    "AudioLevel",
    "AudioSource",
    "BatchReporter",
    "Browser",
    "BrowserEvidence",
    "BrowserPictures",
    "Capture",
    "CaptureFormat",
    "CapturedFrame",
    "Check",
    "Command",
    "ConfigurationError",
    "DeliveryPostponedError",
    "DeliveryRejectedError",
    "DeliveryStoppedError",
    "Device",
    "DeviceError",
    "DeviceLostError",
    "DeviceSocket",
    "Discovered",
    "Driver",
    "DriverContext",
    "EndOfStreamError",
    "Event",
    "ExporterLostError",
    "Failure",
    "FaultInjector",
    "HoldingRemote",
    "JobEnding",
    "JobEngine",
    "JobEngineContext",
    "JobEngineDescription",
    "JobOrder",
    "Measurement",
    "NoOptions",
    "Node",
    "NodeBusyError",
    "Notice",
    "Notifier",
    "NotifierDescription",
    "Options",
    "Outcome",
    "Phase",
    "PluginError",
    "Power",
    "QarunnerError",
    "Remote",
    "ReporterDescription",
    "Result",
    "ResultReporter",
    "Run",
    "RunReporter",
    "RunSender",
    "SentRun",
    "Sound",
    "SoundTimeout",
    "Step",
    "Strategy",
    "StrategyError",
    "TestcaseSource",
    "Timeline",
    "UnknownKeyError",
    "UnknownNodeError",
    "__version__",
    "audio_level",
    "hookimpl",
    "host_and_port",
    "list_of_testcase",
    "look_up_key",
    "macro_name",
    "macros_of_measurement",
    "macros_of_testcase",
    "measure",
    "nearest",
    "network_error",
    "press_latency",
    "read_token_file",
    "shown_address",
    "step",
    "stop_job",
    "wait_for_silence",
    "wait_for_sound",
    "write_whole",
    "xml_text",
]


if not TYPE_CHECKING:  # a type checker that saw it would take any name for defined

    def __getattr__(name: str) -> Any:
        module = _MODULE_OF.get(name)
        if module is None:
            message = f"module 'qarunner' has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(importlib.import_module(module), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
