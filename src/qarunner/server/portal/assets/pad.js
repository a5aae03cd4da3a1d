// The pad of a node's remote: a short touch presses a key, a long one holds it down, and the picture follows quickly.
"use strict";
(() => {
  const HOLD_AFTER = 350; // milliseconds after which a touch is no short press any more
  const QUICKLY = "0.2", IN_USE = 20000; // seconds between pictures while the pad is used, and for how long after it
  let touched = null; // { key, timer, held }
  let sent = Promise.resolve(); // one after the other: a release must not overtake its press
  let calm = 0;

  const pad = () => document.getElementById("pad");
  const buttonOf = (event) => event.target.closest?.("#pad [data-key]");
  const isFree = (button) => button && !pad().hasAttribute("data-refused") && !button.disabled;

  function say(text, failed) {
    const line = document.getElementById("sent");
    line.textContent = text;
    line.classList.toggle("failed", Boolean(failed));
  }

  function send(key, action) {
    const { send: address, csrf } = pad().dataset;
    const request = {
      method: "POST", keepalive: true, body: JSON.stringify({ key, action }),
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    };
    sent = sent.then(async () => {
      try {
        const answer = await fetch(address, request);
        if (answer.ok) say(`${key}${{ press: "", keydown: " is held down", keyup: " is released" }[action]}`);
        else say((await answer.json()).error || `${key} was not sent: ${answer.status}`, true);
      } catch {
        say(`${key} was not sent: the server does not answer`, true);
      }
    });
    watch();
  }

  // Somebody who presses keys wants to see at once what they do.
  function watch() {
    for (const picture of document.querySelectorAll("img[data-picture]")) {
      picture.dataset.calm ||= picture.dataset.picture;
      picture.dataset.picture = QUICKLY;
    }
    clearTimeout(calm);
    calm = setTimeout(() => {
      for (const picture of document.querySelectorAll("img[data-calm]")) picture.dataset.picture = picture.dataset.calm;
    }, IN_USE);
  }

  function touch(event) {
    const button = buttonOf(event);
    if (!isFree(button) || touched || event.button > 0) return;
    const key = button.dataset.key;
    touched = { key, button, held: false };
    if (pad().hasAttribute("data-holds"))
      touched.timer = setTimeout(() => {
        touched.held = true;
        send(key, "keydown");
      }, HOLD_AFTER);
  }

  // A finger that leaves its button before it is lifted has thought better of it.
  function lift(event) {
    if (!touched) return;
    const { key, button, timer, held } = touched;
    touched = null;
    clearTimeout(timer);
    const inside = event && event.type === "pointerup" && document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-key]") === button;
    if (held) send(key, "keyup");
    else if (inside) send(key, "press");
  }

  document.addEventListener("pointerdown", touch);
  document.addEventListener("pointerup", lift);
  document.addEventListener("pointercancel", lift);
  addEventListener("blur", () => lift(null));
  addEventListener("pagehide", () => lift(null));
  document.addEventListener("contextmenu", (event) => buttonOf(event) && event.preventDefault());
  // Clicks come after the finger was lifted, and from the keyboard; only the latter are news (detail is 0).
  document.addEventListener("click", (event) => {
    const button = buttonOf(event);
    if (!button) return;
    event.preventDefault();
    if (isFree(button) && event.detail === 0) send(button.dataset.key, "press");
  });
  // Elements of a drawing are no buttons of the browser's.
  document.addEventListener("keydown", (event) => {
    const button = buttonOf(event);
    if (!button || button.tagName === "BUTTON" || ![" ", "Enter"].includes(event.key)) return;
    event.preventDefault();
    if (isFree(button) && !event.repeat) send(button.dataset.key, "press");
  });
})();
