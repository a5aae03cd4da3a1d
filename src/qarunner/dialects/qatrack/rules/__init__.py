"""The rules of the QATrack+ dialect, as pure functions: no database, no requests, no clock.

`evaluation.evaluate` is the way in: a list's definition and what somebody submitted give every test's value, verdict
and displays, or all that is wrong with it. It stands on the others, which are small and useful on their own:

- what things are: `records` (a list's definition, what was submitted, what comes out), `kinds` (types of tests);
- what was submitted: `submission` (shapes, and earlier values when a session is changed), `submitted_values` by
  `values` (which value a type takes) and `uploads`, `dates` (formats and the server's time zone), `user_keys`,
  `work_times`, `cycles` (days);
- what follows from it: `calculation` (constants and composites in order, with `procedures`, a small safe language),
  `verdicts` on `differences`, `displays` with `formatting`, `flags`;
- what follows from that: `review` (statuses), `due_dates` with `recurrences`, `outcomes` (the store's own words);
- `definitions` says what is refused when a list is defined, and `texts` holds every sentence a client may read.

A rule never guesses: what the original answers with a crash is a `Problem` here, with a reason.
"""
