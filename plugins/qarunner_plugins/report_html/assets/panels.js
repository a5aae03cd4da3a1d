// The timeline and the log of a result as lists that follow the clock; a click on a line moves the clock there.
"use strict";

(() => {
  const FIRST = 150;
  const SLICE = 400;
  const HANDS_OFF = 2500; // milliseconds after somebody scrolled during which the list does not scroll by itself

  const KINDS = {
    press: "key",
    match: "match",
    motion: "motion",
    step: "step",
    measurement: "value",
    sound: "sound",
    power: "power",
    fault: "fault",
    note: "note",
    state: "state",
  };

  qa.timelinePanel = (moments, clock) => {
    if (!moments.others.length) return null;
    return panel(
      "Timeline",
      "timeline",
      moments.others,
      clock,
      (event) => [
        qa.element("span", { class: `kind ${event.kind}` }, KINDS[event.kind] || event.kind),
        qa.element("span", { class: "text", title: event.label }, nameOf(event), remark(event)),
      ],
      qa.tone,
    );
  };

  qa.logPanel = (moments, clock) => {
    if (!moments.logs.length) return null;
    const streams = new Set(moments.logs.map((event) => event.data.stream));
    return panel(
      "Log",
      streams.size > 1 ? "log" : "log of-one",
      moments.logs,
      clock,
      (event) => [
        qa.element("span", { class: "stream" }, event.data.stream || ""),
        qa.element("span", { class: "text" }, qa.plain(event.label)),
      ],
      ({ data }) =>
        /err|crit|fatal/i.test(data.level || "") || data.stream === "stderr"
          ? "bad"
          : /warn/i.test(data.level || "")
            ? "odd"
            : "",
    );
  };

  // The folders of a reference image are in the way when one looks for its name.
  const nameOf = ({ kind, label }) => qa.plain(kind === "match" ? qa.fileName(label) : label);

  const remark = (event) => {
    const { kind, data, looks, duration } = event;
    const parts = [];
    if (kind === "match") {
      parts.push(data.matched ? "match" : "no match");
      if (data.score != null) parts.push(Number(data.score).toFixed(2));
      if (looks > 1) parts.push(`${looks} looks`);
    }
    if (kind === "motion") parts.push(data.moving ? "moves" : "stands still", looks > 1 && `${looks} looks`);
    if (kind === "press" && data.hold) parts.push(`held ${qa.duration(data.hold)}`);
    if ((kind === "step" || kind === "state") && data.status) parts.push(data.status);
    if (kind === "measurement" && data.value != null)
      parts.push(
        `${qa.number(data.value)} ${data.unit || ""}`.trim(),
        data.within_limits === false && "outside its limits",
      );
    if (duration >= 0.1 && kind !== "press") parts.push(qa.duration(duration));
    const told = parts.filter(Boolean).join(", ");
    return told && qa.element("small", {}, told);
  };

  const panel = (title, name, events, clock, content, tone) => {
    const list = qa.element("ol", { class: "events", tabindex: "0", "aria-label": title });
    const rows = [];
    qa.inSlices(events, FIRST, SLICE, (slice) => {
      for (const event of slice) {
        const row = qa.element(
          "li",
          { class: tone(event) || null, "data-place": rows.length },
          qa.element("time", {}, qa.timecode(event.time)),
          content(event),
        );
        rows.push(row);
        list.append(row);
      }
    });
    let active = -1;
    let touched = 0;
    const follow = (time, by) => {
      // A chosen line stays the one that is marked, also when others began at the same moment.
      const now = by === list ? active : qa.lastBegun(events, time);
      if (now === active && by !== list) return;
      rows[active]?.removeAttribute("aria-current");
      active = now;
      const row = rows[active];
      row?.setAttribute("aria-current", "true");
      if (row && Date.now() - touched > HANDS_OFF) reveal(list, row);
    };
    clock.listen(follow);

    const choose = (place) => {
      if (!events[place]) return;
      rows[active]?.removeAttribute("aria-current");
      active = place;
      rows[active]?.setAttribute("aria-current", "true");
      clock.set(events[place].time, list);
    };
    list.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (row && getSelection().isCollapsed) choose(Number(row.dataset.place));
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      touched = 0;
      choose(active + step);
    });
    for (const kind of ["wheel", "touchmove", "pointerdown"])
      list.addEventListener(
        kind,
        () => {
          touched = Date.now();
        },
        { passive: true },
      );
    new ResizeObserver(() => rows[active] && reveal(list, rows[active])).observe(list);
    follow(clock.time, "start");
    return qa.element(
      "section",
      { class: `panel ${name}` },
      qa.element("h2", {}, title, qa.element("span", { class: "count" }, events.length.toLocaleString("en"))),
      list,
    );
  };

  // Scroll the list alone, never the page.
  const reveal = (list, row) => {
    const top = row.offsetTop;
    if (top < list.scrollTop + 8 || top + row.offsetHeight > list.scrollTop + list.clientHeight - 8) {
      list.scrollTop = top - list.clientHeight / 2;
    }
  };
})();
