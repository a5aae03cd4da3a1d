// What is drawn over the picture at a time: the regions that were looked for, and the key that was pressed.
"use strict";

(() => {
  const MATCH_SHOWN = 0.35; // seconds a look at the picture stays visible at least
  const KEY_SHOWN = 0.8;
  const LETTER = 6.8; // pixels a letter is wide on a picture of 640 pixels, roughly
  const LINE = 14;

  // Draw what belongs to `time` into an SVG element whose coordinates become those of a picture of this size.
  qa.drawOverlay = (overlay, moments, time, [width, height]) => {
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const unit = width / 640;
    const taken = [];
    const drawn = [...visible(moments.events, time).values()].map((event) =>
      event.kind === "press" ? key(event, width, height, unit) : match(event, unit, taken),
    );
    overlay.replaceChildren(...drawn);
  };

  // The latest look for each picture, and the latest key.
  const visible = (events, time) => {
    const found = new Map();
    for (const event of events) {
      if (event.time > time + 0.011) break;
      const shown = event.kind === "press" ? KEY_SHOWN : MATCH_SHOWN;
      if (time > event.time + Math.max(event.duration, shown) + 0.011) continue;
      if (event.kind === "match" && Array.isArray(event.data.region)) found.set(event.label, event);
      if (event.kind === "press") found.set("press", event);
    }
    return found;
  };

  const match = ({ label, data }, unit, taken) => {
    const [left, top, right, bottom] = data.region.map(Number);
    const text = `${qa.fileName(label)}${data.score == null ? "" : ` ${Number(data.score).toFixed(2)}`}`;
    const rect = qa.svg("rect", {
      x: left,
      y: top,
      width: Math.max(right - left, 0),
      height: Math.max(bottom - top, 0),
      rx: 2 * unit,
      "stroke-width": 2.5 * unit,
    });
    const name = qa.svg("text", {
      x: left,
      y: freeLine(text, left, top, bottom, unit, taken),
      "font-size": 12 * unit,
      "stroke-width": 3 * unit,
    });
    name.textContent = text;
    return qa.svg("g", { class: data.matched ? "matched" : "missed" }, rect, name);
  };

  // Where a region's name can be read: above it, higher if other names are there, below it at the picture's upper edge.
  const freeLine = (text, left, top, bottom, unit, taken) => {
    const line = LINE * unit;
    const width = text.length * LETTER * unit;
    const isTaken = (y) =>
      taken.some((other) => Math.abs(other.y - y) < line && left < other.right && other.left < left + width);
    let y = top - 5 * unit;
    while (y > line && isTaken(y)) y -= line;
    if (y < line) {
      y = bottom + line;
      while (isTaken(y)) y += line;
    }
    taken.push({ y, left, right: left + width });
    return y;
  };

  const key = ({ label }, width, height, unit) => {
    const wide = (label.length * 7.4 + 22) * unit;
    const text = qa.svg("text", {
      x: width / 2,
      y: height - 22 * unit,
      "text-anchor": "middle",
      "font-size": 12 * unit,
    });
    text.textContent = label;
    const place = { x: (width - wide) / 2, y: height - 38 * unit, width: wide, height: 24 * unit, rx: 12 * unit };
    return qa.svg("g", { class: "key" }, qa.svg("rect", place), text);
  };
})();
