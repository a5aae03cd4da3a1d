// Addresses like /app/#/result/... are what the Stb-tester API gives out. No server ever sees what follows the "#", so
// the browser leads on to the page's real address, after signing in if need be.
"use strict";
(() => {
  const home = document.currentScript.dataset.home;

  function placeOf(fragment) {
    const [, kind, rest] = /^#\/(results?|jobs?|nodes?)(?=[/?]|$)(.*)$/.exec(fragment) || [];
    if (kind) return `${home}${kind.replace(/s?$/, "s")}${rest.replace(/^\/+/, "/")}`;
    return /^#[0-9a-f-]{36}$/.test(fragment) ? `${home}results/${fragment.slice(1)}` : "";
  }

  function lead() {
    const place = placeOf(location.hash);
    if (!place) return;
    const form = document.querySelector("form.sign-in");
    // The form takes a path below our own prefix.
    if (form) form.elements.to.value = "/app/" + place.slice(home.length);
    else location.replace(place);
  }

  lead();
  addEventListener("hashchange", lead);
})();
