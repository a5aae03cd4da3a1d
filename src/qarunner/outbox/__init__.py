"""From run directories on disk to reporters: the evidence is there before anyone is told about it.

`run_directory` reads what lies there, `abandoned` closes what a killed process left unfinished, `outbox` delivers from
background threads while a run goes on, `run_reports` makes the reports of a whole run, `deliver` sends what is left.
"""
