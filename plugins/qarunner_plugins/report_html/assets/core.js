// What all other scripts of the report use: building elements, showing times and sizes, the outcomes.
// Text from a run gets into the page only as text nodes and attributes, never as markup.
"use strict";

const qa = {};

// The order is that of the index's numbers.
qa.OUTCOMES = [
  { name: "fail", meaning: "the device is wrong", path: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" },
  { name: "error", meaning: "the rig or the test is wrong", path: "M8 4.6v4.2M8 11.2v.2" },
  { name: "skip", meaning: "was not run, or is expected to fail", path: "M5 8h6" },
  { name: "pass", meaning: "as it should be", path: "M4.8 8.2l2.3 2.4 4.2-4.8" },
  { name: "unfinished", meaning: "has no outcome", path: "M8 4.8v3.4l2.2 1.4" },
];
qa.FAIL = 0;
qa.ERROR = 1;
qa.SKIP = 2;
qa.PASS = 3;

// Make an element. Attributes that start with "on" are listeners; null, undefined and false leave an attribute or a
// child out. Styles are set through qa.style: attributes named "style" are refused by the page's security policy.
qa.element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
};

qa.style = (node, properties) => {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
  return node;
};

qa.svg = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// The sign of an outcome: each has a shape of its own, so that nobody depends on seeing the colour.
qa.sign = (outcome) => {
  const { name, path } = qa.OUTCOMES[outcome];
  const sign = qa.svg("svg", { class: `sign ${name}`, viewBox: "0 0 16 16", role: "img", "aria-label": name });
  if (name === "error") sign.append(qa.svg("path", { class: "shape", d: "M8 .9l7.4 13.6H.6z" }));
  else if (name === "skip") sign.append(qa.svg("circle", { class: "ring", cx: 8, cy: 8, r: 6.6 }));
  else sign.append(qa.svg("circle", { class: "shape", cx: 8, cy: 8, r: 7.4 }));
  sign.append(qa.svg("path", { class: "stroke", d: path }));
  return sign;
};

qa.icon = (path) =>
  qa.svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, qa.svg("path", { d: path }));

// 0.42 s, 12.3 s, 3 min 20 s, 2 h 5 min
qa.duration = (seconds) => {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

// A place in a video: 0:07.42
qa.timecode = (seconds) => {
  const hundredths = Math.round(Math.abs(seconds) * 100);
  const minutes = Math.floor(hundredths / 6000);
  const rest = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${seconds < 0 && hundredths ? "\u2212" : ""}${minutes}:${rest}`;
};

qa.size = (bytes) => {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
};

// A measured value, without the digits that floating point adds.
qa.number = (value) => String(Number(value.toPrecision(6)));

qa.plural = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

// 14 March 2026, 09:26:53 UTC
qa.date = (date) => {
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return `${day}, ${qa.timeOfDay(date)} UTC`;
};

qa.timeOfDay = (date) => date.toISOString().slice(11, 19);

// The last part of a path.
qa.fileName = (path) => path.split("/").pop() || path;

// Text as a terminal would show it, without its colours.
qa.plain = (text) => text.replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g, "");

// The address of a file of the evidence, relative to the report; nothing in a name can change what the address means.
qa.address = (...parts) => parts.join("/").split("/").map(encodeURIComponent).join("/");

// Call `work` on slices of a list, a slice at a time, so that the page answers meanwhile. Returns a way to stop it.
qa.inSlices = (list, first, size, work) => {
  let position = Math.min(first, list.length);
  let timer = 0;
  work(list.slice(0, position));
  const next = () => {
    work(list.slice(position, position + size));
    position += size;
    if (position < list.length) timer = setTimeout(next);
  };
  if (position < list.length) timer = setTimeout(next);
  return () => clearTimeout(timer);
};
