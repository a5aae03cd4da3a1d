"""What is tested on which unit and within which limits, as people write it down: read, compared and applied.

`records` is what people write, in YAML or JSON; `reading` reads it from files. `completing` makes things of it: rows by
their names, with all that goes without saying. `stored` reads the same of the store, and gives it as records, too.
`planning` compares the two and knows nothing of databases; `applying` writes what it found, in one transaction. `kinds`
is the table that all of them go by.

Names are what things are known by. What a definition does not mention is left alone, and what sessions may tell of is
never deleted: a list that is no longer done on a unit is inactive there.
"""
