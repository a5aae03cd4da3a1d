// Keeps parts of a page as they are on the server: whenever something is told to have changed, the page is fetched anew
// and its parts marked data-live take the place of those shown. Only a page that is looked at listens.
"use strict";
(() => {
  const { events, only } = document.currentScript.dataset;
  const PAUSE = 1500; // milliseconds between two refreshes
  const SLOWLY = 15000; // when the server has no stream left
  let source = null, due = 0, last = 0, slowly = 0;

  function isOurs(message) {
    if (!only) return true;
    const data = JSON.parse(message.data);
    return message.type === "missed" || [data.id, data.job, data.node].includes(only);
  }

  function soon() {
    if (!due) due = setTimeout(refresh, Math.max(0, last + PAUSE - Date.now()));
  }

  async function refresh() {
    due = 0;
    last = Date.now();
    let answer;
    try {
      answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    } catch {
      return; // the server is away; the stream says when it is back
    }
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (other) replace(part, other);
    }
    document.dispatchEvent(new Event("refreshed"));
  }

  function replace(part, other) {
    if (part.innerHTML === other.innerHTML || isBeingWritten(part) || isSelected(part)) return;
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    keepPictures(part, other);
    part.replaceChildren(...other.childNodes);
    part.toggleAttribute("data-running", other.hasAttribute("data-running"));
    if (focused) [...part.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
  }

  // A picture that is there already stays, instead of flickering.
  function keepPictures(part, other) {
    for (const picture of other.querySelectorAll("img[data-picture]")) {
      const old = [...part.querySelectorAll("img[data-picture]")].find((one) => addressOf(one) === addressOf(picture));
      if (old) picture.replaceWith(old);
    }
  }

  const addressOf = (picture) => picture.dataset.from || picture.src;

  function isBeingWritten(part) {
    const isChanged = (field) =>
      "defaultValue" in field ? field.value !== field.defaultValue : [...field.options].some((one) => one.selected && !one.defaultSelected);
    const fields = [...part.querySelectorAll("textarea, input:not([type=hidden]), select")];
    return fields.some((field) => field === document.activeElement || isChanged(field));
  }

  function isSelected(part) {
    const selection = getSelection();
    return !selection.isCollapsed && part.contains(selection.anchorNode);
  }

  function listen() {
    source = new EventSource(events);
    for (const kind of ["node", "job", "result", "missed"])
      source.addEventListener(kind, (message) => isOurs(message) && soon());
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED && !slowly) slowly = setInterval(soon, SLOWLY);
    };
  }

  // A hidden page gives its stream back: browsers open few connections to a server at a time.
  function attend() {
    if (document.hidden) {
      source?.close();
      source = null;
      clearInterval(slowly);
      slowly = 0;
    } else if (!source) {
      if (last) soon();
      last ||= Date.now();
      listen();
    }
  }

  // Pictures are fetched, not just loaded anew: a browser shows the same address from its memory.
  async function renew(picture) {
    try {
      const answer = await fetch(picture.dataset.from, { cache: "no-store" });
      if (!answer.ok) return;
      const reader = new FileReader();
      reader.onload = () => { picture.src = reader.result; };
      reader.readAsDataURL(await answer.blob());
    } catch {
      // the server is away for a moment
    } finally {
      picture.dataset.asked = Date.now();
      delete picture.dataset.busy;
    }
  }

  function renewPictures() {
    if (document.hidden) return;
    for (const picture of document.querySelectorAll("img[data-picture]")) {
      picture.dataset.from ||= picture.src;
      picture.dataset.asked ||= Date.now();
      if (picture.dataset.busy || Date.now() - picture.dataset.asked < Number(picture.dataset.picture) * 1000) continue;
      picture.dataset.busy = "yes"; // never two at a time
      renew(picture);
    }
  }

  document.addEventListener("visibilitychange", attend);
  addEventListener("pagehide", () => source?.close());
  attend();
  renewPictures();
  setInterval(renewPictures, 100);
})();
