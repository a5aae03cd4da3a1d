// Draws letters, icons and panels with the pen strokes of the virtual set-top box. Units are pixels of 1280 x 720.
"use strict";

const canvas = document.getElementById("screen");
const g = canvas.getContext("2d", { alpha: false });
const LIGHT = 58, REGULAR = 76, MEDIUM = 96, BOLD = 118; // widths of the pen in thousandths of the type size
const BASE_LINE = 0.86, CAPITAL = 700, SQUARENESS = 2 / 2.28;
const strokes = new Map();

function cubic([x0, y0], [x1, y1, x2, y2, x3, y3]) {
  return Array.from({ length: 16 }, (_, i) => {
    const t = (i + 1) / 16, u = 1 - t;
    const mix = (a, b, c, d) => u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
    return [mix(x0, x1, x2, x3), mix(y0, y1, y2, y3)];
  });
}

function oval([cx, cy, rx, ry], from, to) {
  const count = Math.max(8, Math.trunc(Math.abs(to - from) / 7));
  const bend = (value) => Math.sign(value) * Math.abs(value) ** SQUARENESS;
  return Array.from({ length: count }, (_, i) => {
    const angle = ((from + ((to - from) * i) / (count - 1)) * Math.PI) / 180;
    return [cx + rx * bend(Math.cos(angle)), cy + ry * bend(Math.sin(angle))];
  });
}

// A path in words: M x y, L x y, C x y x y x y, A cx cy rx ry from to, O cx cy rx ry. Gives lists of points.
function linesOf(path) {
  if (strokes.has(path)) return strokes.get(path);
  const words = path.split(" ").filter(Boolean), lines = [];
  const take = (count) => words.splice(0, count).map(Number);
  while (words.length) {
    const command = words.shift(), last = lines.at(-1);
    if (command === "M") lines.push([take(2)]);
    else if (command === "L") last.push(take(2));
    else if (command === "C") last.push(...cubic(last.at(-1), take(6)));
    else {
      const arc = command === "A" ? oval(take(4), ...take(2)) : oval(take(4), 0, 360);
      const joins = command === "A" && last && Math.hypot(last.at(-1)[0] - arc[0][0], last.at(-1)[1] - arc[0][1]) < 40;
      if (joins) last.push(...arc);
      else lines.push(arc);
    }
  }
  strokes.set(path, lines);
  return lines;
}

function trace(points) {
  g.beginPath();
  points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
  if (points.length === 1) g.lineTo(points[0][0] + 0.01, points[0][1]);
}

const glyph = (letter) => GLYPHS[letter] || GLYPHS["?"];

function advance(text, i, weight, spacing) {
  const [left, width, right, path] = glyph(text[i]);
  return left + width + right + (path ? weight : 0) + spacing + (KERNING[text.slice(i, i + 2)] || 0);
}

function textWidth(text, size, weight = REGULAR, spacing = 0) {
  let width = 0;
  for (let i = 0; i < text.length; i++) width += advance(text, i, weight, spacing);
  return (width * size) / 1000;
}

// Writes text whose base line is at y; align 0 begins at x, 1 ends there. Returns the width.
function write(text, x, y, size, colour, weight = REGULAR, { align = 0, spacing = 0 } = {}) {
  const width = textWidth(text, size, weight, spacing), unit = size / 1000;
  const base = Math.round(y - size * BASE_LINE) + size * BASE_LINE;
  let at = Math.round(x - width * align) / unit + 1 / unit;
  g.strokeStyle = colour;
  g.lineCap = g.lineJoin = "round";
  for (let i = 0; i < text.length; i++) {
    const [left, , , path] = glyph(text[i]);
    for (const line of linesOf(path)) {
      const dot = line.every((p) => Math.abs(p[0] - line[0][0]) < 12 && Math.abs(p[1] - line[0][1]) < 12);
      g.lineWidth = (dot ? weight * 1.3 : weight) * unit;
      trace(line.map(([px, py]) => [
        (at + left + weight / 2 + px) * unit,
        base - (weight / 2 + (py * (CAPITAL - weight)) / CAPITAL) * unit,
      ]));
      g.stroke();
    }
    at += advance(text, i, weight, spacing);
  }
  return width;
}

function icon(name, x, y, size, colour, weight = 2) {
  const unit = size / 24;
  g.strokeStyle = g.fillStyle = colour;
  g.lineCap = g.lineJoin = "round";
  g.lineWidth = Math.max(1, weight * unit);
  for (const part of ICONS[name].replaceAll(" F", " F|").split("|")) {
    const filled = part.endsWith(" F"), lines = linesOf(part.replace(/ F$/, ""));
    lines.toReversed().forEach((line, i) => {
      trace(line.map(([px, py]) => [x + px * unit, y + py * unit]));
      if (filled && i === 0) g.fill();
      g.stroke();
    });
  }
}

function panel(x, y, width, height, radius, colour, opacity = 1) {
  g.globalAlpha = opacity;
  g.fillStyle = colour;
  g.beginPath();
  g.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  g.fill();
  g.globalAlpha = 1;
}

function diagonal(x, y, width, height, first, second) {
  // from the upper left to the lower right, 0.6 of the way along the width and 0.4 along the height
  const a = 0.6 / width, b = 0.4 / height, length = a * a + b * b;
  const gradient = g.createLinearGradient(x, y, x + a / length, y + b / length);
  gradient.addColorStop(0, first);
  gradient.addColorStop(1, second);
  g.fillStyle = gradient;
  g.fillRect(x, y, width, height);
}

function mix(first, second, share) {
  const parts = (code) => [1, 3, 5].map((i) => parseInt(code.slice(i, i + 2), 16));
  const [a, b] = [parts(first), parts(second)];
  return "#" + a.map((v, i) => Math.round(v + (b[i] - v) * share).toString(16).padStart(2, "0")).join("");
}

function shorten(text, size, width, weight = REGULAR) {
  if (textWidth(text, size, weight) <= width) return text;
  while (text && textWidth(text + "…", size, weight) > width) text = text.slice(0, -1).trimEnd();
  return text.length > 1 ? text + "…" : "";
}

function wrap(text, size, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && textWidth(longer, size) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
