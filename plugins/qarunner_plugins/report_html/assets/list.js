// The list of all results, grouped by the file they are in, and its filter.
"use strict";

(() => {
  const FIRST = 120; // rows that are there at once; the others follow in slices
  const SLICE = 400;
  const LONG = 400; // results
  const rows = new Map();
  const closed = new Set(); // names of groups that are folded
  let stop = () => {};
  let slowest = 1;

  qa.list = {
    // Build the page into `place`.
    show(place) {
      slowest = Math.max(...qa.results.map((result) => result.duration), 0.001);
      this.place = place;
      this.results = qa.element("div", { class: "results" });
      this.count = qa.element("output", { class: "count", "aria-live": "polite" });
      place.replaceChildren(qa.headline(), toolbar(this), this.results, footer());
      this.refresh();
    },

    // List again what the filter now says.
    refresh() {
      stop();
      const groups = qa.search.groups();
      const found = qa.search.listed.length;
      this.count.textContent =
        found === qa.results.length
          ? qa.plural(found, "result")
          : `${found.toLocaleString("en")} of ${qa.plural(qa.results.length, "result")}`;
      for (const chip of this.place.querySelectorAll(".chip")) {
        chip.setAttribute("aria-pressed", qa.search.outcomes.has(Number(chip.dataset.outcome)));
      }
      this.results.replaceChildren();
      if (!found) this.results.append(nothing());
      // Each entry is a row with the list it belongs to; the section of a group appears with its first row.
      const entries = groups.flatMap((group) => section(group));
      stop = qa.inSlices(entries, FIRST, SLICE, (slice) => {
        for (const { parent, section: own, result } of slice) {
          if (!own.isConnected) this.results.append(own);
          if (result) parent.append(row(result));
        }
      });
    },

    // Put the keyboard's focus on a result's row.
    focus(result) {
      const link = rows.get(result.number)?.querySelector("a");
      link?.focus({ preventScroll: true });
      link?.scrollIntoView({ block: "nearest" });
    },

    focused() {
      const number = document.activeElement?.closest(".row")?.dataset.number;
      return number === undefined ? null : qa.results[number];
    },
  };

  const toolbar = (list) => {
    const box = qa.element("input", {
      type: "search",
      id: "filter",
      value: qa.search.words,
      placeholder: "Filter: words, file:menu, tag:smoke",
      "aria-label": "Filter the results",
      spellcheck: "false",
      autocomplete: "off",
    });
    let timer = 0;
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        qa.search.words = box.value;
        qa.searchChanged();
      }, 60);
    });
    const order = qa.element(
      "select",
      {
        "aria-label": "Order",
        onchange: () => {
          qa.search.order = order.value;
          qa.searchChanged();
        },
      },
      qa.ORDERS.map(([value, name]) => qa.element("option", { value, selected: value === qa.search.order }, name)),
    );
    const grouped = qa.element("input", {
      type: "checkbox",
      checked: qa.search.grouped,
      onchange: () => {
        qa.search.grouped = grouped.checked;
        qa.searchChanged();
      },
    });
    return qa.element(
      "div",
      { class: "toolbar" },
      qa.element(
        "label",
        { class: "filter" },
        qa.icon("M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4l3.4 3.4"),
        box,
        qa.element("kbd", { "aria-hidden": "true" }, "/"),
      ),
      order,
      qa.element("label", { class: "check" }, grouped, "By file"),
      list.count,
    );
  };

  const section = ({ name, results }) => {
    const list = qa.element("ol", {});
    if (!qa.search.grouped) {
      const own = qa.element("section", { class: "group plain" }, list);
      return results.map((result) => ({ section: own, parent: list, result }));
    }
    const own = qa.element("section", { class: "group" });
    // In a long list, the browser lays out only what is near; it is told a likely height, so that nothing jumps.
    if (qa.results.length > LONG) own.classList.add("far");
    own.style.setProperty(
      "contain-intrinsic-size",
      `auto ${results.reduce((sum, result) => sum + (result.message ? 67 : 46), 50)}px`,
    );
    const open = !closed.has(name);
    list.hidden = !open;
    const fold = qa.element(
      "button",
      { type: "button", class: "fold", "aria-expanded": String(open) },
      qa.icon("M6 4l4 4-4 4"),
      qa.element("span", { class: "file" }, name || "no file"),
    );
    fold.addEventListener("click", () => {
      list.hidden = !list.hidden;
      fold.setAttribute("aria-expanded", String(!list.hidden));
      if (list.hidden) closed.add(name);
      else closed.delete(name);
    });
    const numbers = qa.counts(results);
    own.append(
      qa.element(
        "h2",
        {},
        fold,
        qa.element(
          "span",
          { class: "told" },
          numbers.map(
            (number, outcome) =>
              number > 0 &&
              outcome !== qa.PASS &&
              qa.element("span", { class: qa.OUTCOMES[outcome].name }, `${number} ${qa.OUTCOMES[outcome].name}`),
          ),
        ),
        qa.bar(numbers, "bar small"),
        qa.element("span", { class: "took" }, qa.duration(results.reduce((sum, result) => sum + result.duration, 0))),
      ),
      list,
    );
    return results.map((result) => ({ section: own, parent: list, result }));
  };

  // Rows are built once and moved around afterwards.
  const row = (result) => {
    if (!rows.has(result.number)) rows.set(result.number, buildRow(result));
    return rows.get(result.number);
  };

  const buildRow = (result) => {
    const share = Math.sqrt(result.duration / slowest);
    const image =
      result.isProblem &&
      result.hasThumbnail &&
      qa.element("img", {
        src: qa.address(result.folder, "thumbnail.jpg"),
        alt: "",
        loading: "lazy",
        width: 80,
        height: 45,
      });
    return qa.element(
      "li",
      { class: `row ${qa.OUTCOMES[result.outcome].name}`, "data-number": result.number },
      qa.sign(result.outcome),
      qa.element(
        "div",
        { class: "what" },
        qa.element("a", { href: qa.link(result) }, result.name),
        result.message && qa.element("p", { class: "message" }, qa.plain(result.message)),
      ),
      qa.element(
        "div",
        { class: "marks" },
        result.attempts > 1 && qa.element("span", { class: "badge" }, `attempt ${result.attempt}`),
        result.outsideLimits && qa.element("span", { class: "badge limits" }, "outside limits"),
        result.markers.map(tag),
      ),
      image,
      qa.element(
        "span",
        { class: "took" },
        qa.duration(result.duration),
        qa.style(qa.element("i", {}), { width: `${(share * 100).toFixed(1)}%` }),
      ),
    );
  };

  const tag = (marker) =>
    qa.element(
      "button",
      {
        type: "button",
        class: "tag",
        title: `Show all with the tag ${marker}`,
        onclick: () => {
          qa.search.words = `tag:${marker}`;
          document.getElementById("filter").value = qa.search.words;
          qa.searchChanged();
        },
      },
      marker,
    );

  const nothing = () =>
    qa.element(
      "p",
      { class: "nothing" },
      qa.results.length ? "No result matches the filter." : "This run has no results.",
      qa.results.length > 0 &&
        qa.element(
          "button",
          {
            type: "button",
            class: "button",
            onclick: () => {
              location.hash = "#";
              qa.search.fromAddress("");
              qa.list.show(qa.list.place);
            },
          },
          "Show all",
        ),
    );

  const footer = () =>
    qa.element(
      "footer",
      {},
      qa.element("span", {}, `qarunner ${qa.run.versions?.qarunner || ""}`),
      qa.element("button", { type: "button", class: "link", onclick: () => qa.help() }, "Keyboard: ?"),
    );
})();
