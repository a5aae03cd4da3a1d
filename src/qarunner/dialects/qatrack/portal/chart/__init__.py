"""The chart of a measurement: its values over time, within the limits that held when each was taken.

`draw` makes the SVG; it is a function of its `Drawing` and nothing else. It stands on `axes` (which values and times
are shown, and the ticks), `zones` (limits as areas and lines, runs of values as lines) and `marks` (the points).

The SVG is as wide as its page lets it be and its letters stay as large as they are: across it is measured in percent,
or in a thousand stretched units, and down in pixels. Its colours are classes of ``qatrack.css``.
"""

from qarunner.dialects.qatrack.portal.chart.drawing import HEIGHT, Drawing, draw
from qarunner.dialects.qatrack.portal.chart.marks import Mark

__all__ = ["HEIGHT", "Drawing", "Mark", "draw"]
