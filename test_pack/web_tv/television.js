// What the television does: the keys of its remote control change the state, and the state is drawn by screens.js.
"use strict";

const LETTERS = ["abcdef", "ghijkl", "mnopqr", "stuvwx", "yz1234", "567890"], ACTIONS = ["space", "delete", "clear"];
const MODEL = "QR-300 Web Television", BUILD = "3.0.2-0451";
const BOOT = 2500, BLACK = 600, BANNER = 4000, DIGITS = 1400, VOLUME = 2000, LOADING = 1200, CONTROLS = 3000; // ms

const KEYS = {
  ArrowUp: "UP", ArrowDown: "DOWN", ArrowLeft: "LEFT", ArrowRight: "RIGHT", Enter: "OK", GoBack: "BACK", Backspace: "BACK",
  Escape: "BACK", BrowserHome: "HOME", Home: "HOME", ContextMenu: "MENU", Guide: "EPG", BrowserSearch: "SEARCH",
  Power: "POWER", AudioVolumeUp: "VOLUMEUP", AudioVolumeDown: "VOLUMEDOWN", AudioVolumeMute: "MUTE",
  ChannelUp: "CHANNELUP", PageUp: "CHANNELUP", ChannelDown: "CHANNELDOWN", PageDown: "CHANNELDOWN", MediaPlay: "PLAY",
  MediaPause: "PAUSE", ColorF0Red: "RED", ColorF1Green: "GREEN", ColorF2Yellow: "YELLOW", ColorF3Blue: "BLUE",
};
const REPEATING = ["UP", "DOWN", "LEFT", "RIGHT", "VOLUMEUP", "VOLUMEDOWN", "CHANNELUP", "CHANNELDOWN"];

const tv = {
  screen: "home", since: 0, cameFrom: "home", chosen: {}, volume: { level: 8, muted: false, at: -1e9 },
  home: { row: 0, columns: RAILS.map(() => 0) }, live: { channel: 0, zapped: -1e9, banner: -1e9, digits: "", paused: null, behind: 0 },
  guide: { channel: 0, cursor: CLOCK, window: CLOCK }, settings: { depth: 0, section: 0, entry: 0 },
  search: { text: "", row: 0, column: 0, result: null }, player: { card: RAILS[1].cards[0], position: 0, since: 0, playing: true },
};
SECTIONS[0].entries.find((entry) => entry.title === "About").page.splice(0, 2, ["Model", MODEL], ["Build", BUILD]);

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const minuteNow = () => CLOCK + performance.now() / 60000;
const programmeAt = (channel, minute) => CHANNELS[channel].programmes.find((p) => p.start <= minute && minute < p.end);

function go(screen) {
  if (screen === tv.screen) return;
  if (["home", "live"].includes(tv.screen)) tv.cameFrom = tv.screen;
  tv.screen = screen;
  tv.since = performance.now();
}

function found(text) {
  const cards = RAILS.flatMap((rail) => rail.cards), words = text.toLowerCase().split(" ").filter(Boolean);
  const films = [...cards.filter((card) => !card.icon), ...cards.filter((card) => card.icon)];
  const fits = (card) => words.every((start) => `${card.title} ${card.kind}`.toLowerCase().split(" ").some((w) => w.startsWith(start)));
  return films.filter(fits).slice(0, 9);
}

function open(card) {
  if (card.opens === "live") { go("live"); tv.live.banner = performance.now(); }
  else if (card.opens !== "app") show[card.opens]();
  else { tv.player = { card, position: card.progress * card.minutes * 60, since: 0, playing: true }; go("loading"); }
}

const show = {
  home() { if (tv.screen === "home") tv.home = { row: 0, columns: tv.home.columns.with(0, 0) }; else go("home"); },
  settings() { tv.settings = { depth: 0, section: 0, entry: 0 }; go("settings"); },
  search() { tv.search = { text: "", row: 0, column: 0, result: null }; go("search"); },
  guide() { const now = minuteNow(); tv.guide = { channel: tv.live.channel, cursor: now, window: Math.floor(now / 30) * 30 }; go("guide"); },
};

function tune(channel) {
  const now = performance.now();
  tv.live = { channel, zapped: now, banner: now, digits: "", paused: null, behind: 0 };
  go("live");
}

function digit(key) {
  const digits = (tv.live.digits += key);
  clearTimeout(digit.timer);
  digit.timer = setTimeout(() => commit(digits), digits.length === 2 ? 0 : DIGITS);
}

function commit(digits) {
  tv.live.digits = "";
  const channel = CHANNELS.findIndex((one) => one.number === Number(digits));
  if (channel >= 0) tune(channel);
  draw();
}

function position() {
  const { card, position: begun, since, playing } = tv.player;
  return clamp(begun + (playing ? (performance.now() - since) / 1000 : 0), 0, card.minutes * 60);
}

const on = {
  home(key) {
    const { home } = tv, cards = RAILS[home.row].cards, step = { LEFT: -1, RIGHT: 1, UP: -1, DOWN: 1 }[key];
    if (key === "LEFT" || key === "RIGHT") home.columns[home.row] = clamp(home.columns[home.row] + step, 0, cards.length - 1);
    else if (key === "UP" || key === "DOWN") home.row = clamp(home.row + step, 0, RAILS.length - 1);
    else if (key === "OK" || key === "PLAY") open(cards[home.columns[home.row]]);
    else if (key === "BACK") show.home();
  },
  live(key) {
    const { live } = tv, now = performance.now();
    if (key === "UP" || key === "DOWN") tune((live.channel + (key === "UP" ? 1 : -1) + CHANNELS.length) % CHANNELS.length);
    else if (key === "OK") live.banner = now;
    else if (key === "BACK") go("home");
    else if (key === "PAUSE" && live.paused === null) Object.assign(live, { paused: now, banner: now });
    else if (key === "PLAY" && live.paused !== null) Object.assign(live, { behind: live.behind + now - live.paused, paused: null, banner: now });
  },
  guide(key) {
    const { guide } = tv, focused = programmeAt(guide.channel, guide.cursor), now = minuteNow();
    if (key === "UP" || key === "DOWN") {
      guide.channel = clamp(guide.channel + (key === "UP" ? -1 : 1), 0, CHANNELS.length - 1);
    } else if (key === "LEFT" || key === "RIGHT") {
      const cursor = key === "LEFT" ? focused.start - 1 : focused.end;
      if (cursor >= Math.floor(now / 30) * 30 && programmeAt(guide.channel, cursor)) guide.cursor = cursor;
    } else if (key === "RED") guide.cursor = now;
    else if (key === "OK") tune(guide.channel);
    else if (key === "BACK") go(tv.cameFrom);
    const start = programmeAt(guide.channel, guide.cursor).start;
    if (guide.cursor < guide.window) guide.window = Math.floor(Math.max(start, now) / 30) * 30;
    else if (start > guide.window + 156) guide.window = Math.floor(start / 30) * 30 - 30;
    guide.cursor = Math.max(guide.cursor, guide.window);
  },
  settings(key) {
    const s = tv.settings, entries = SECTIONS[s.section].entries, step = key === "UP" ? -1 : 1;
    if (key === "BACK" && s.depth === 0) go(tv.cameFrom);
    else if (key === "BACK" || key === "LEFT") s.depth = Math.max(s.depth - 1, 0);
    else if ((key === "UP" || key === "DOWN") && s.depth === 0) { s.section = clamp(s.section + step, 0, SECTIONS.length - 1); s.entry = 0; }
    else if ((key === "UP" || key === "DOWN") && s.depth === 1) s.entry = clamp(s.entry + step, 0, entries.length - 1);
    else if ((key === "OK" || key === "RIGHT") && s.depth === 0) Object.assign(s, { depth: 1, entry: 0 });
    else if ((key === "OK" || key === "RIGHT") && s.depth === 1) {
      const entry = entries[s.entry], line = `${s.section}/${s.entry}`;
      if (entry.page.length) s.depth = 2;
      else if (key === "OK") tv.chosen[line] = ((tv.chosen[line] ?? entry.initial) + 1) % entry.choices.length;
    }
  },
  search(key) {
    const s = tv.search, results = found(s.text), last = LETTERS.length;
    const type = (word) => {
      if (word === "delete") s.text = s.text.slice(0, -1);
      else if (word === "clear") s.text = "";
      else if (s.text.length < 18) s.text += word === "space" ? " " : word;
      s.result = null;
    };
    const moves = { UP: [-1, 0], DOWN: [1, 0], LEFT: [0, -1], RIGHT: [0, 1] }[key];
    if (key === "BACK") go(tv.cameFrom);
    else if (key === "RED" || key === "YELLOW") type(key === "RED" ? "delete" : "clear");
    else if (/^\d$/.test(key)) type(key);
    else if (s.result !== null) {
      const next = s.result + ({ UP: -3, DOWN: 3, LEFT: -1, RIGHT: 1 }[key] || 0);
      if (key === "OK") open(results[s.result]);
      else if (key === "LEFT" && s.result % 3 === 0) s.result = null;
      else if (next >= 0 && next < results.length) s.result = next;
    } else if (key === "OK") type(s.row < last ? LETTERS[s.row][s.column] : ACTIONS[s.column / 2]);
    else if (key === "RIGHT" && s.column + (s.row === last ? 2 : 1) >= 6 && results.length) s.result = 0;
    else if (moves) {
      s.row = clamp(s.row + moves[0], 0, last);
      s.column = clamp(s.column + moves[1] * (s.row === last ? 2 : 1), 0, 5);
      if (s.row === last) s.column -= s.column % 2;
    }
  },
  loading(key) { if (key === "BACK") go("home"); },
  player(key) {
    const p = tv.player, shift = { LEFT: -10, RIGHT: 10 }[key] || 0;
    if (key === "BACK") return go("home");
    Object.assign(p, { position: clamp(position() + shift, 0, p.card.minutes * 60), since: performance.now(), shown: performance.now() });
    if (key === "OK") p.playing = !p.playing;
    else if (key === "PLAY" || key === "PAUSE") p.playing = key === "PLAY";
  },
};

function press(key, repeated) {
  if (repeated && !REPEATING.includes(key)) return;
  if (key === "POWER") return go(tv.screen === "standby" ? "boot" : "standby");
  if (tv.screen === "standby" || tv.screen === "boot") return;
  if (key.startsWith("VOLUME") || key === "MUTE") {
    const { level, muted } = tv.volume, step = { VOLUMEUP: 1, VOLUMEDOWN: -1 }[key] || 0;
    tv.volume = { level: clamp(level + step, 0, 20), muted: key === "MUTE" && !muted, at: performance.now() };
  } else if (key === "HOME") show.home();
  else if (key === "MENU") show.settings();
  else if (key === "EPG") show.guide();
  else if (key === "SEARCH") show.search();
  else if (key.startsWith("CHANNEL") && tv.screen !== "guide") tune((tv.live.channel + (key === "CHANNELUP" ? 1 : -1) + CHANNELS.length) % CHANNELS.length);
  else if (/^\d$/.test(key) && tv.screen !== "search") digit(key);
  else if (key === "OK" && tv.live.digits) commit(tv.live.digits);
  else on[tv.screen](key);
}

addEventListener("keydown", (event) => {
  const key = /^\d$/.test(event.key) ? event.key : KEYS[event.key];
  if (!key) return;
  event.preventDefault();
  press(key, event.repeat);
  draw();
});
