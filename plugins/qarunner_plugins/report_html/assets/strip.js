// The strip below the picture: everything that happened, drawn to scale, in one lane for each kind. A click or a drag
// moves the clock, so do the arrow keys.
"use strict";

(() => {
  const LANES = [
    { name: "steps", kinds: ["step"] },
    { name: "states", kinds: ["state"] },
    { name: "keys", kinds: ["press", "power"] },
    { name: "matches", kinds: ["match", "motion"] },
    { name: "values", kinds: ["measurement", "sound", "fault", "note"] },
    { name: "log", kinds: ["log"] },
  ];
  const LANE = 18; // pixels
  const NEAR = 7; // pixels within which an event is named

  qa.strip = (moments, clock) => {
    const lanes = LANES.map((lane) => ({
      ...lane,
      events: moments.events.filter((event) => lane.kinds.includes(event.kind)),
    })).filter((lane) => lane.events.length);
    if (!lanes.length && !moments.hasVideo) return null;
    const rows = Math.max(lanes.length, 1);
    const canvas = qa.style(qa.element("canvas"), { height: `${rows * LANE}px` });
    const head = qa.element("div", { class: "head" });
    const hint = qa.element("output", { class: "hint" });
    const track = qa.element(
      "div",
      { class: "track", role: "slider", tabindex: "0", "aria-label": "Time", "aria-valuemin": clock.from.toFixed(2) },
      canvas,
      head,
      hint,
    );
    const names = qa.element(
      "div",
      { class: "lanes", "aria-hidden": "true" },
      lanes.map((lane) => qa.element("span", {}, lane.name)),
    );
    const strip = qa.element("div", { class: "strip" }, names, track);

    const scale = () => track.clientWidth / Math.max(clock.to - clock.from, 0.001);
    const placeOf = (time) => (time - clock.from) * scale();
    const timeAt = (x) => clock.from + x / scale();

    const move = () => {
      head.style.setProperty("transform", `translateX(${placeOf(clock.time)}px)`);
      track.setAttribute("aria-valuenow", clock.time.toFixed(2));
      track.setAttribute("aria-valuemax", clock.to.toFixed(2));
      track.setAttribute("aria-valuetext", qa.timecode(clock.time));
    };
    let end = clock.to;
    clock.listen(() => {
      if (end !== clock.to) paint();
      end = clock.to;
      move();
    });

    const paint = () => {
      const width = track.clientWidth;
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(rows * LANE * ratio);
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      const colours = colourTable(strip);
      lanes.forEach((lane, index) => {
        for (const event of lane.events)
          mark(context, event, placeOf(event.time), event.duration * scale(), index * LANE, colours);
      });
      move();
    };
    new ResizeObserver(paint).observe(track);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);

    const x = (event) => event.clientX - track.getBoundingClientRect().left;
    let dragging = false;
    track.addEventListener("pointerdown", (event) => {
      dragging = true;
      track.setPointerCapture(event.pointerId);
      const near = nearest(lanes, event, track, timeAt, scale);
      clock.set(near ? near.time : timeAt(x(event)), "strip");
    });
    track.addEventListener("pointermove", (event) => {
      if (dragging) clock.set(timeAt(x(event)), "strip");
      const near = nearest(lanes, event, track, timeAt, scale);
      hint.textContent = `${qa.timecode(near ? near.time : timeAt(x(event)))}${near ? ` ${qa.plain(near.label).slice(0, 80)}` : ""}`;
      const place = Math.min(Math.max(x(event), 0), track.clientWidth);
      hint.style.setProperty("left", `${place}px`);
      hint.style.setProperty("translate", place > track.clientWidth / 2 ? "-100%" : "0");
    });
    track.addEventListener("pointerup", () => {
      dragging = false;
    });
    track.addEventListener("pointercancel", () => {
      dragging = false;
    });
    return strip;
  };

  const nearest = (lanes, event, track, timeAt, scale) => {
    const box = track.getBoundingClientRect();
    const lane = lanes[Math.floor((event.clientY - box.top) / LANE)];
    if (!lane) return null;
    const time = timeAt(event.clientX - box.left);
    let best = null;
    let distance = NEAR / scale();
    for (const candidate of lane.events) {
      const away =
        time < candidate.time ? candidate.time - time : Math.max(0, time - candidate.time - candidate.duration);
      if (away < distance || (away === 0 && distance === 0)) {
        best = candidate;
        distance = away;
      }
    }
    return best;
  };

  const colourTable = (node) => {
    const style = getComputedStyle(node);
    const get = (name) => style.getPropertyValue(name).trim();
    return {
      pass: get("--pass"),
      fail: get("--fail"),
      error: get("--error"),
      skip: get("--skip"),
      accent: get("--accent"),
      faint: get("--faint"),
    };
  };

  const colourOf = ({ kind, data }, colours) => {
    if (kind === "match") return data.matched ? colours.pass : colours.fail;
    if (kind === "motion") return data.moving ? colours.accent : colours.skip;
    if (kind === "state")
      return { passed: colours.accent, error: colours.error, interrupted: colours.error }[data.status] || colours.skip;
    if (kind === "step")
      return (
        { passed: colours.pass, failed: colours.fail, error: colours.error, hook_error: colours.error }[data.status] ||
        colours.skip
      );
    if (kind === "sound") return data.found === false ? colours.fail : colours.pass;
    if (kind === "measurement") return data.within_limits === false ? colours.fail : colours.pass;
    if (kind === "fault") return colours.error;
    if (kind === "log") return /warn|err|crit/i.test(data.level || "") ? colours.fail : colours.faint;
    return kind === "press" || kind === "power" ? colours.accent : colours.skip;
  };

  const mark = (context, event, x, width, top, colours) => {
    context.fillStyle = colourOf(event, colours);
    const middle = top + LANE / 2;
    if (event.kind === "step" || event.kind === "state") {
      context.globalAlpha = 0.85;
      context.fillRect(x, top + 5, Math.max(width - 1, 3), LANE - 9);
      context.globalAlpha = 1;
    } else if (event.kind === "press" || event.kind === "power") {
      context.beginPath();
      context.arc(x, middle, 4, 0, 7);
      context.fill();
      if (width > 4) context.fillRect(x, middle - 1.5, width, 3);
    } else if (event.kind === "match" || event.kind === "motion") {
      context.fillRect(x, top + 4, Math.max(2.5, 0), LANE - 8);
      if (width > 3) {
        context.globalAlpha = 0.3;
        context.fillRect(x, top + 4, width, LANE - 8);
        context.globalAlpha = 1;
      }
    } else if (event.kind === "log") {
      context.fillRect(x, top + 6, 1.5, LANE - 12);
    } else {
      context.beginPath();
      context.moveTo(x, middle - 5);
      context.lineTo(x + 5, middle);
      context.lineTo(x, middle + 5);
      context.lineTo(x - 5, middle);
      context.fill();
    }
  };
})();
