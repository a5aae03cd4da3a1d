"""A kit for the authors of plugins: try a driver in five lines, and check it against the rules of its capability.

.. code-block:: python

    pytest_plugins = ["qarunner.testing"]

    def test_it_delivers_pictures(driver_rig):
        with driver_rig("capture", "mine:?fps=5") as capture:
            assert capture.read(2).pixels.shape == (720, 1280, 3)

`check_capture`, `check_remote`, `check_power` and `check_browser` open a driver as an exporter would (browsers: as a
testcase would), use it by the book, and raise an `AssertionError` that names every rule it breaks. `check_unreachable`
and `check_trouble` do so with a device that is not there, hangs or dies while it is used.

PYTEST_DONT_REWRITE: a test may import from here before pytest has loaded the plugin, which would else be a warning.
"""

from qarunner.testing.browser_rules import check_browser
from qarunner.testing.capture_rules import check_capture
from qarunner.testing.power_rules import check_power
from qarunner.testing.remote_rules import check_remote
from qarunner.testing.rig import DriverRig, driver_rig
from qarunner.testing.trouble_rules import check_trouble, check_unreachable

__all__ = [
    "DriverRig",
    "check_browser",
    "check_capture",
    "check_power",
    "check_remote",
    "check_trouble",
    "check_unreachable",
    "driver_rig",
]
