// The moments of a result on one scale of time, and the clock which video, strip, timeline and log share.
"use strict";

(() => {
  const TOLERANCE = 0.011; // seconds; a video's position comes back rounded

  qa.Clock = class {
    // `from` and `to` are seconds; what happened before the video's first frame has negative times.
    constructor(from, to) {
      this.from = from;
      this.to = to;
      this.time = from < 0 ? 0 : from;
      this.listeners = [];
    }

    // `listener(time, by)` is called at each change; `by` says who made it.
    listen(listener) {
      this.listeners.push(listener);
    }

    set(time, by) {
      this.time = Math.min(Math.max(time, this.from), this.to);
      for (const listener of this.listeners) listener(this.time, by);
    }

    extend(to) {
      this.to = Math.max(this.to, to);
    }
  };

  // Return the place of the last event that has begun at `time`, or -1.
  qa.lastBegun = (events, time) => {
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (events[middle].time <= time + TOLERANCE) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  // How bad an event is: "bad" went wrong, "odd" is worth a look.
  qa.tone = ({ kind, data }) => {
    if (kind === "fault" || data.within_limits === false) return "bad";
    if (kind === "step" && ["failed", "error", "hook_error", "undefined"].includes(data.status)) return "bad";
    if (kind === "state" && ["error", "interrupted"].includes(data.status)) return "bad";
    return (kind === "match" && !data.matched) || (kind === "sound" && data.found === false) ? "odd" : "";
  };

  // Return what the views of a result need to know of its time. With a video, time 0 is its first frame, otherwise the
  // result's start.
  qa.moments = ({ result, timeline }, hasVideo) => {
    const shift = hasVideo ? result.video_start || 0 : 0;
    const known = timeline?.events ? timeline : { origin: "start", events: [] };
    const events = known.events.map((event) => ({
      ...event,
      data: event.data || {},
      duration: event.duration || 0,
      time: known.origin === "start" ? event.time - shift : event.time,
    }));
    const last = events.reduce((latest, event) => Math.max(latest, event.time + event.duration), 0);
    return {
      hasVideo,
      events,
      logs: events.filter((event) => event.kind === "log"),
      others: merged(events.filter((event) => event.kind !== "log")),
      frameSize: known.frame_size || null,
      from: Math.min(0, events.length ? events[0].time : 0),
      to: Math.max(last, (result.duration || 0) - shift, 0.1),
      problem: timeline?.problem || "",
      // Where somebody who asks why it went wrong wants to look first: the end of what went wrong last.
      wrongAt: endOf(events.findLast((event) => event.kind !== "log" && qa.tone(event))),
      // Steps and measurements are timed from the result's start.
      ofResult: (seconds) => seconds - shift,
    };
  };

  const endOf = (event) => (event ? event.time + event.duration : null);

  const LOOKS = ["match", "motion"];

  // A wait for a picture looks at every frame: looks in a row with the same answer become one event.
  const merged = (events) => {
    const list = [];
    for (const event of events) {
      const before = list[list.length - 1];
      const again =
        before &&
        LOOKS.includes(event.kind) &&
        before.kind === event.kind &&
        before.label === event.label &&
        before.data.matched === event.data.matched &&
        before.data.moving === event.data.moving;
      if (again) {
        before.looks += 1;
        before.duration = event.time + event.duration - before.time;
        before.data = event.data;
      } else {
        list.push({ ...event, looks: 1 });
      }
    }
    return list;
  };
})();
