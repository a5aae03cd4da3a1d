"""Starts the exporter, as ``python -m qarunner.nodes``: it leaves whoever started it first, loads its libraries then.

Whoever started it waits for this process only, which ends at once; the exporter is nobody's child and no zombie of
theirs.
"""

import os

if os.fork():
    os._exit(0)

# Not before: loading it takes ten times as long as everything else here.
from qarunner.nodes import exporter

exporter.main()
