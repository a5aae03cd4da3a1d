// Draws the state of the television. Where nothing moves nothing is drawn, so that a still picture costs nothing.
"use strict";

const INK = "#0a0d16", NIGHT = "#121829", PANEL = "#1a2136", RAISED = "#262f4a", EDGE = "#39456a", TEXT = "#f4f6fc";
const MUTED = "#a9b4cc", FAINT = "#6d7a99", FOCUS = "#f7f8fd", ON_FOCUS = "#10162a", ACCENT = "#6f8cff", RED = "#ff5f6b";
const FRAME = 33; // ms between pictures of what moves
const clockText = (minute) => `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(Math.floor(minute) % 60).padStart(2, "0")}`;

function ground() {
  diagonal(0, 0, 1280, 720, "#141b30", INK);
  const glow = g.createRadialGradient(1270, -150, 0, 1270, -150, 550);
  glow.addColorStop(0, "rgba(44, 63, 143, 0.55)");
  glow.addColorStop(1, "rgba(44, 63, 143, 0)");
  g.fillStyle = glow;
  g.fillRect(720, 0, 560, 400);
}

function logo(x, y, size) {
  panel(x, y, size, size, size / 2, ACCENT);
  icon("play", Math.round(x + size * 0.25), Math.round(y + size * 0.22), Math.round(size * 0.56), "#ffffff");
}

function chrome(name = "") {
  ground();
  logo(56, 36, 28);
  write("qarunner", 94, 58, 23, TEXT, BOLD);
  if (name) write(name, 224, 58, 23, MUTED, MEDIUM);
  write(clockText(minuteNow()), 1224, 60, 28, TEXT, LIGHT, { align: 1 });
}

// A landscape in the colours of a palette; with time its light wanders and its hills roll.
function scene(palette, x, y, width, height, seed, time) {
  const colours = PALETTES[palette], sky = g.createLinearGradient(0, y, 0, y + height);
  sky.addColorStop(0, colours.top);
  sky.addColorStop(0.75, colours.horizon);
  g.save();
  g.beginPath();
  g.rect(x, y, width, height);
  g.clip();
  g.fillStyle = sky;
  g.fillRect(x, y, width, height);
  panel(x + width * (0.5 + 0.42 * Math.sin(seed + time * 0.7)) - height * 0.09, y + height * 0.18, height * 0.18, height * 0.18, height * 0.09, colours.light);
  [colours.far, colours.near].forEach((colour, layer) => {
    g.fillStyle = colour;
    g.beginPath();
    g.moveTo(x, y + height);
    for (let i = 0; i <= 40; i++) {
      const wave = Math.sin(i * (0.28 + 0.1 * layer) + seed * (layer + 1) + time * (1.3 + layer));
      g.lineTo(x + (width * i) / 40, y + height * (0.62 + 0.16 * layer + 0.09 * wave));
    }
    g.lineTo(x + width, y + height);
    g.fill();
  });
  g.restore();
}

function card(one, x, y, focused, dimmed = false) {
  const scale = focused ? 1 : 1 / 1.1, width = 246, height = 139, palette = PALETTES[one.palette];
  g.save();
  g.translate(x + 112 - (width * scale) / 2, y + 63 - (height * scale) / 2);
  g.scale(scale, scale);
  g.beginPath();
  g.roundRect(0, 0, width, height, 15);
  if (focused) { g.lineWidth = 7; g.strokeStyle = "#ffffff"; g.stroke(); }
  g.clip();
  if (one.icon) {
    diagonal(0, 0, width, height, mix(palette.horizon, palette.far, 0.55), mix(palette.far, palette.near, 0.55));
    icon(one.icon, width / 2 - 26, 24, 52, "#ffffff", 1.7);
    write(one.title, width / 2, 112, 21, "#ffffff", MEDIUM, { align: 0.5 });
  } else {
    scene(one.palette, 0, 0, width, height, one.title.length, 0);
    const shade = g.createLinearGradient(0, 0, 0, height);
    shade.addColorStop(0.45, "rgba(0, 0, 0, 0)");
    shade.addColorStop(1, "rgba(0, 0, 0, 0.843)");
    g.fillStyle = shade;
    g.fillRect(0, 0, width, height);
    const lift = one.progress ? 12 : 0;
    write(shorten(one.title, 21, width - 32, MEDIUM), 16, height - 17 - lift, 21, "#ffffff", MEDIUM);
    if (one.progress) {
      panel(16, height - 16, width - 32, 5, 2.5, "#ffffff", 0.35);
      panel(16, height - 16, (width - 32) * one.progress, 5, 2.5, "#ffffff");
    }
  }
  if (dimmed) { g.fillStyle = "rgba(10, 13, 22, 0.38)"; g.fillRect(0, 0, width, height); }
  g.restore();
}

const paint = {
  standby() { g.fillStyle = "#000000"; g.fillRect(0, 0, 1280, 720); },
  boot() {
    ground();
    logo(415, 288, 84);
    write("qarunner", 523, 354, 72, TEXT, BOLD);
    panel(500, 458, 280, 6, 3, RAISED);
    panel(500, 458, Math.max(6, 280 * Math.min(1, (performance.now() - tv.since) / BOOT)), 6, 3, ACCENT);
  },
  home() {
    const { row, columns } = tv.home, focused = RAILS[row].cards[columns[row]], palette = PALETTES[focused.palette];
    chrome();
    write(focused.kind.toUpperCase(), 56, 126, 16, mix(palette.horizon, TEXT, 0.45), BOLD, { spacing: 70 });
    write(focused.title, 56, 182, 54, TEXT, BOLD);
    wrap(focused.synopsis, 22, 500).slice(0, 3).forEach((line, i) => write(line, 56, 224 + 30 * i, 22, MUTED));
    scene(focused.palette, 850, 100, 374, 210, focused.title.length, 0);
    for (const number of [row + 1, row].filter((one) => one < RAILS.length)) {
      const y = 360 + (number - row) * 192, column = columns[number], near = number === row;
      const scroll = clamp(column - 1, 0, Math.max(RAILS[number].cards.length - 4.7, 0)) * 244;
      write(RAILS[number].title, 56, y - 22, 22, near ? TEXT : FAINT, MEDIUM);
      const order = RAILS[number].cards.map((_, i) => i).sort((a, b) => (near && a === column) - (near && b === column));
      for (const i of order) card(RAILS[number].cards[i], 56 + i * 244 - scroll, y, near && i === column, !near);
    }
  },
  live() {
    const { live } = tv, now = performance.now(), channel = CHANNELS[live.channel];
    if (now < live.zapped + BLACK) return paint.standby();
    scene(channel.palette, 0, 0, 1280, 720, channel.number, ((live.paused ?? now) - live.behind) / 1000);
    if (live.paused === null && now > live.banner + BANNER) return;
    const minute = minuteNow(), programme = programmeAt(live.channel, minute), next = programmeAt(live.channel, programme.end);
    panel(56, 540, 1168, 136, 22, NIGHT);
    write(String(channel.number), 134, 627, 56, TEXT, LIGHT, { align: 0.5 });
    panel(204, 566, 2, 84, 1, EDGE);
    write(channel.name, 236, 582, 20, ACCENT, BOLD, { spacing: 20 });
    write(shorten(programme.title, 32, 540, MEDIUM), 236, 621, 32, TEXT, MEDIUM);
    write(clockText(programme.start), 236, 655, 17, MUTED);
    panel(292, 646, 400, 6, 3, RAISED);
    panel(292, 646, Math.max(6, (400 * (minute - programme.start)) / (programme.end - programme.start)), 6, 3, ACCENT);
    write(clockText(programme.end), 706, 655, 17, MUTED);
    write(clockText(minute), 1192, 600, 34, TEXT, LIGHT, { align: 1 });
    if (live.paused !== null) icon("pause", 1066, 573, 30, "#ffcb4d", 3);
    if (next) write(shorten(`${clockText(next.start)}  ${next.title}`, 18, 300), 1192, 642, 18, MUTED, REGULAR, { align: 1 });
  },
  guide() {
    const { guide } = tv, minute = minuteNow(), focused = programmeAt(guide.channel, guide.cursor), top = clamp(guide.channel - 2.5, 0, 6);
    const at = (time) => 270 + ((time - guide.window) * 1010) / 186;
    chrome("TV guide");
    write(focused.title, 56, 128, 42, TEXT, BOLD);
    write(`${clockText(focused.start)} – ${clockText(focused.end)}  ·  ${focused.genre}`, 56, 164, 20, ACCENT, MEDIUM);
    write(focused.synopsis, 56, 196, 20, MUTED);
    for (let time = guide.window; at(time) < 1280; time += 30) write(clockText(time), at(time) + 4, 268, 19, MUTED, MEDIUM);
    g.save();
    g.beginPath();
    g.rect(0, 282, 1280, 390);
    g.clip();
    CHANNELS.forEach((channel, number) => {
      const y = 282 + (number - top) * 65;
      if (y < 210 || y > 680) return;
      write(String(channel.number), 82, y + 38, 21, FAINT, MEDIUM, { align: 1 });
      write(channel.name, 98, y + 38, 21, number === guide.channel ? TEXT : MUTED, MEDIUM);
      for (const one of channel.programmes) {
        const begin = Math.max(at(one.start), 270), width = at(one.end) - begin, lit = one === focused;
        if (width < 7 || begin > 1280) continue;
        const now = one.start <= minute && minute < one.end;
        panel(begin, y, width - 5, 60, 10, lit ? FOCUS : now ? RAISED : PANEL);
        write(shorten(one.title, 21, Math.min(width, 1280 - begin) - 36, MEDIUM), begin + 16, y + 38, 21, lit ? ON_FOCUS : now ? TEXT : MUTED, MEDIUM);
      }
    });
    g.restore();
  },
  settings() {
    const s = tv.settings, section = SECTIONS[s.section];
    chrome();
    write("Settings", 56, 128, 40, TEXT, BOLD);
    SECTIONS.forEach((one, i) => {
      const lit = i === s.section && s.depth === 0;
      if (i === s.section) panel(56, 168 + i * 72, 308, 64, 16, lit ? FOCUS : RAISED);
      icon(one.icon, 76, 186 + i * 72, 28, lit ? ON_FOCUS : TEXT);
      write(one.title, 122, 209 + i * 72, 25, lit ? ON_FOCUS : TEXT, MEDIUM);
    });
    const width = write(section.title, 424, 126, 28, s.depth < 2 ? TEXT : MUTED, MEDIUM);
    if (s.depth === 2) {
      icon("chevron", Math.round(432 + width), 105, 24, MUTED, 2.4);
      write(section.entries[s.entry].title, 466 + width, 126, 28, TEXT, MEDIUM);
      const facts = section.entries[s.entry].page;
      panel(424, 168, 800, 72 * facts.length + 8, 20, PANEL);
      facts.forEach(([name, value], i) => {
        if (i) panel(456, 172 + i * 72, 736, 2, 1, RAISED);
        write(name, 456, 218 + i * 72, 25, MUTED);
        write(value, 714, 218 + i * 72, 26, TEXT, MEDIUM);
      });
      return;
    }
    section.entries.forEach((entry, i) => {
      const lit = s.depth === 1 && i === s.entry, y = 168 + i * 72, choice = tv.chosen[`${s.section}/${i}`] ?? entry.initial;
      panel(424, y, 800, 64, 16, lit ? FOCUS : PANEL);
      write(entry.title, 452, y + 41, 25, lit ? ON_FOCUS : TEXT, MEDIUM);
      if (entry.page.length) icon("chevron", 1174, y + 20, 24, lit ? "#4a5573" : MUTED, 2.4);
      else write(entry.choices[choice], 1196, y + 41, 23, lit ? "#4a5573" : MUTED, REGULAR, { align: 1 });
    });
  },
  search() {
    const s = tv.search, results = found(s.text), onKeys = s.result === null;
    chrome();
    panel(56, 96, 1168, 72, 20, PANEL);
    icon("search", 80, 117, 30, ACCENT, 2.4);
    const width = s.text ? write(s.text, 130, 144, 34, TEXT, MEDIUM) : 0;
    if (!s.text) write("Search films, series and apps", 144, 143, 28, FAINT, LIGHT);
    panel(134 + width, 114, 3, 38, 1.5, ACCENT);
    LETTERS.forEach((letters, row) => [...letters].forEach((letter, column) => {
      const lit = onKeys && row === s.row && column === s.column, x = 56 + column * 68, y = 196 + row * 64;
      panel(x, y, 62, 58, 12, lit ? FOCUS : PANEL);
      write(letter, x + 31, y + 39, 28, lit ? ON_FOCUS : TEXT, MEDIUM, { align: 0.5 });
    }));
    ACTIONS.forEach((action, i) => {
      const lit = onKeys && s.row === LETTERS.length && s.column / 2 === i, x = 56 + i * 136;
      panel(x, 580, 130, 58, 12, lit ? FOCUS : PANEL);
      write(action[0].toUpperCase() + action.slice(1), x + 65, 617, 21, lit ? ON_FOCUS : TEXT, MEDIUM, { align: 0.5 });
    });
    const title = !results.length ? "Nothing found" : s.text.trim() ? "Results" : "Suggestions";
    write(title, 520, 218, 24, results.length ? TEXT : MUTED, MEDIUM);
    const order = results.map((_, i) => i).sort((a, b) => (a === s.result) - (b === s.result));
    for (const i of order) card(results[i], 520 + (i % 3) * 240, 232 + Math.floor(i / 3) * 152, i === s.result);
  },
  loading() {
    const { card: one } = tv.player, palette = PALETTES[one.palette], turn = ((performance.now() - tv.since) / 1100) * 2 * Math.PI;
    diagonal(0, 0, 1280, 720, mix(palette.near, palette.far, 0.5), INK);
    write(one.title, 640, 300, 48, TEXT, BOLD, { align: 0.5 });
    g.strokeStyle = TEXT;
    g.lineWidth = 7.5;
    g.beginPath();
    g.arc(640, 416, 37, turn, turn + 5);
    g.stroke();
    write("Loading", 640, 520, 22, MUTED, MEDIUM, { align: 0.5 });
  },
  player() {
    const p = tv.player, reached = position(), total = p.card.minutes * 60;
    scene(p.card.palette, 0, 0, 1280, 720, p.card.title.length, reached);
    if (p.playing && performance.now() > p.shown + CONTROLS) return;
    write(p.card.title, 56, 606, 40, "#ffffff", BOLD);
    icon(p.playing ? "pause" : "play", 56, 634, 34, "#ffffff", 2.6);
    panel(206, 649, 920, 8, 4, "#ffffff", 0.3);
    panel(206, 649, Math.max(8, (920 * reached) / total), 8, 4, "#ffffff");
  },
};

function volumeBar() {
  const { level, muted } = tv.volume, filled = (204 * level) / 20;
  panel(1160, 164, 64, 340, 32, NIGHT);
  write(String(level), 1192, 210, 25, TEXT, MEDIUM, { align: 0.5 });
  panel(1187, 232, 10, 204, 5, RAISED);
  panel(1187, 436 - filled, 10, filled, 5, muted ? FAINT : TEXT);
  icon(muted ? "mute" : "volume", 1178, 454, 28, muted ? RED : TEXT);
}

// Whether something moves by itself, or until when the picture stays as it is.
function moves() {
  const now = performance.now(), { screen, live, player } = tv;
  if (screen === "boot" || screen === "loading") return 0;
  if (screen === "live") {
    if (now < live.zapped + BLACK) return live.zapped + BLACK - now;
    return live.paused === null ? 0 : Infinity;
  }
  return screen === "player" && player.playing ? 0 : Infinity;
}

function draw() {
  const now = performance.now();
  clearTimeout(draw.timer);
  if (tv.screen === "boot" && now > tv.since + BOOT) go("home");
  if (tv.screen === "loading" && now > tv.since + LOADING) {
    go("player");
    Object.assign(tv.player, { since: now, shown: now });
  }
  paint[tv.screen]();
  const volumeLeft = tv.volume.at + VOLUME - now;
  if (volumeLeft > 0 && tv.screen !== "standby") volumeBar();
  const minuteLeft = 60000 - (now % 60000), wait = Math.min(moves(), volumeLeft > 0 ? volumeLeft : Infinity, minuteLeft);
  draw.timer = setTimeout(() => requestAnimationFrame(draw), Math.max(wait, FRAME - 16));
}

draw();
