// Which view is shown, and the keyboard. Addresses: #?filter=... for the list, #/FOLDER?t=SECONDS for a result.
"use strict";

(() => {
  const listPlace = qa.element("main", { class: "page list", id: "list" });
  const resultPlace = qa.element("main", { class: "page result", id: "result", hidden: true });
  let current = null;
  let scrolled = 0;

  qa.link = (result) => `#/${encodeURIComponent(result.folder)}`;

  // Return the next fail or error after (or before) a result in the order of the list.
  qa.nextProblem = (from, direction) => {
    const { listed } = qa.search;
    for (let place = listed.indexOf(from) + direction; place >= 0 && place < listed.length; place += direction) {
      if (listed[place].isProblem) return listed[place];
    }
    return null;
  };

  qa.searchChanged = () => {
    history.replaceState(null, "", qa.search.toAddress());
    qa.list.refresh();
  };

  const route = () => {
    const [, folder, query] = /^#\/([^?]*)\??(.*)$/.exec(location.hash) || [];
    if (folder === undefined) return showList();
    const entry = qa.byFolder.get(decoded(folder));
    if (!entry) return showMissing(decoded(folder));
    const time = Number.parseFloat(new URLSearchParams(query).get("t"));
    return showResult(entry, Number.isFinite(time) ? time : null);
  };

  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  const swap = (shown, other) => {
    other.hidden = true;
    shown.hidden = false;
  };

  const showList = () => {
    swap(listPlace, resultPlace);
    resultPlace.replaceChildren();
    document.title = `${qa.run.node || "qarunner"}: results`;
    const before = current;
    current = null;
    const wanted = location.hash.replace(/^#\??/, "");
    if (!listPlace.childElementCount || wanted !== qa.search.toAddress().replace(/^#\??/, "")) {
      qa.search.fromAddress(wanted);
      qa.list.show(listPlace);
    }
    if (before) {
      scrollTo(0, scrolled);
      qa.list.focus(before);
    }
  };

  const showResult = (entry, time) => {
    if (!current) scrolled = scrollY;
    current = entry;
    if (!qa.search.listed.includes(entry)) qa.search.groups();
    swap(resultPlace, listPlace);
    document.title = `${qa.OUTCOMES[entry.outcome].name}: ${entry.name}`;
    scrollTo(0, 0);
    return qa.resultView.show(resultPlace, entry, time);
  };

  const showMissing = (folder) => {
    swap(resultPlace, listPlace);
    resultPlace.replaceChildren(
      qa.element(
        "p",
        { class: "nothing" },
        `This run has no result ${folder}.`,
        qa.element("a", { class: "button", href: "#" }, "All results"),
      ),
    );
  };

  const KEYS = [
    [["j", "k"], "next, previous result"],
    [["f", "shift f"], "next, previous problem (fail or error)"],
    [["u"], "back to all results"],
    [["/"], "filter"],
    [["space"], "play or pause the video"],
    [["\u2190", "\u2192"], "a second back, on"],
    [[",", "."], "a frame back, on"],
    [["?"], "this help"],
  ];

  qa.help = () => {
    const dialog = qa.element(
      "dialog",
      { class: "help", "aria-label": "Keyboard" },
      qa.element("h2", {}, "Keyboard"),
      qa.element(
        "dl",
        {},
        KEYS.map(([keys, meaning]) => [
          qa.element(
            "dt",
            {},
            keys.map((key) => qa.element("kbd", {}, key)),
          ),
          qa.element("dd", {}, meaning),
        ]),
      ),
      qa.element("p", {}, "fail: the device is wrong. error: the rig or the test is wrong."),
      qa.element("form", { method: "dialog" }, qa.element("button", { class: "button" }, "Close")),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  const go = (result) => {
    if (!result) return;
    if (current) location.hash = qa.link(result);
    else qa.list.focus(result);
  };

  const move = (direction) => {
    const { listed } = qa.search;
    const from = current || qa.list.focused();
    go(from ? listed[listed.indexOf(from) + direction] : listed[direction > 0 ? 0 : listed.length - 1]);
  };

  const problem = (direction) => {
    const from = current || qa.list.focused();
    go(from ? qa.nextProblem(from, direction) : qa.search.listed.find((result) => result.isProblem));
  };

  const by = (seconds) => {
    const { clock } = qa.resultView;
    if (clock) clock.set(clock.time + seconds, "key");
  };

  const actions = {
    j: () => move(1),
    k: () => move(-1),
    f: () => problem(1),
    F: () => problem(-1),
    u: () => {
      if (current) location.hash = qa.search.toAddress();
    },
    "/": () => {
      if (current) location.hash = qa.search.toAddress();
      setTimeout(() => document.getElementById("filter")?.focus());
    },
    "?": () => qa.help(),
    " ": () => (qa.player ? qa.player.toggle() : false),
    ArrowLeft: () => (qa.resultView.clock && current ? by(-1) : false),
    ArrowRight: () => (qa.resultView.clock && current ? by(1) : false),
    ",": () => qa.player?.step(-1),
    ".": () => qa.player?.step(1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const inField = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && inField) inField.blur();
    if (inField) return;
    if (event.key === " " && event.target.closest("button, summary, a")) return;
    const action = actions[event.key];
    if (!action || action() === false) return;
    event.preventDefault();
  });

  addEventListener("hashchange", route);

  document.getElementById("app").append(listPlace, resultPlace);
  if (qa.results) route();
  else listPlace.append(qa.element("p", { class: "nothing" }, "report/index-data.js is missing or damaged."));
  performance.mark("qarunner-shown");
})();
