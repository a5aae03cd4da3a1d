// What else is known of a result, a card for each: steps, measurements, artifacts, details.
"use strict";

(() => {
  qa.cards = {};

  const card = (heading, ...content) =>
    qa.element("section", { class: "card" }, qa.element("h2", {}, heading), content);

  qa.cards.steps = (result, seek) => {
    const list = result.steps || [];
    if (!list.length) return null;
    const tones = { passed: qa.PASS, failed: qa.FAIL, error: qa.ERROR, hook_error: qa.ERROR, undefined: qa.ERROR };
    return card(
      "Steps",
      qa.element(
        "ol",
        { class: "steps" },
        list.map((step) => {
          const tone = tones[step.status] ?? qa.SKIP;
          const reached = step.started !== null && step.started !== undefined;
          const text = [
            qa.sign(tone),
            qa.element("span", { class: "step" }, qa.element("b", {}, step.keyword), ` ${step.name}`),
            qa.element("span", { class: "took" }, reached ? qa.duration(step.duration || 0) : step.status),
          ];
          return qa.element(
            "li",
            { class: qa.OUTCOMES[tone].name },
            reached
              ? qa.element("button", { type: "button", onclick: () => seek(step.started) }, text)
              : qa.element("div", {}, text),
            step.message && qa.element("p", { class: "text" }, qa.plain(step.message)),
            step.location && tone !== qa.PASS && qa.element("p", { class: "where" }, step.location),
          );
        }),
      ),
    );
  };

  qa.cards.measurements = (result, seek) => {
    const list = result.measurements || [];
    if (!list.length) return null;
    return card(
      "Measurements",
      qa.element(
        "ul",
        { class: "measurements" },
        list.map((measured) => measurement(measured, seek)),
      ),
    );
  };

  // A bar from a little below the lowest to a little above the highest of value and limits; the allowed part is shaded.
  const measurement = ({ name, value, unit, low, high, time }, seek) => {
    const limits = [low, high].filter((limit) => limit !== null && limit !== undefined);
    const outside =
      (low != null && value < low) || (high != null && value > high) || Number.isNaN(value) || value === null;
    const by =
      value === null
        ? "not a number"
        : low != null && value < low
          ? `${qa.number(low - value)} too low`
          : high != null && value > high
            ? `${qa.number(value - high)} too high`
            : "";
    const allowed =
      low != null && high != null
        ? `${qa.number(low)} to ${qa.number(high)}`
        : low != null
          ? `at least ${qa.number(low)}`
          : high != null
            ? `at most ${qa.number(high)}`
            : "no limits";
    const points = [...limits, value ?? 0];
    let from = Math.min(...points, limits.length === 1 && limits[0] > 0 ? 0 : Infinity);
    let to = Math.max(...points);
    const room = (to - from || Math.abs(to) || 1) * 0.15;
    if (from !== 0) from -= room;
    to += room;
    const place = (number) => `${(((number - from) / (to - from)) * 100).toFixed(2)}%`;
    const bar =
      limits.length > 0 &&
      qa.element(
        "span",
        { class: "scale", role: "img", "aria-label": `allowed: ${allowed}` },
        qa.style(qa.element("i", { class: "allowed" }), {
          left: place(low ?? from),
          right: `calc(100% - ${place(high ?? to)})`,
        }),
        value !== null && qa.style(qa.element("i", { class: "value" }), { left: place(value) }),
      );
    const text = [
      qa.element("span", { class: "name" }, name),
      qa.element(
        "span",
        { class: "measured" },
        qa.element("strong", {}, value === null ? "NaN" : qa.number(value)),
        unit ? ` ${unit}` : "",
        by && [" ", qa.element("em", {}, by)],
      ),
      bar,
      qa.element("span", { class: "limit" }, allowed),
    ];
    const timed = time !== null && time !== undefined;
    return qa.element(
      "li",
      { class: outside ? "outside" : null },
      timed
        ? qa.element("button", { type: "button", onclick: () => seek(time), title: "Show this moment" }, text)
        : qa.element("div", {}, text),
    );
  };

  qa.cards.artifacts = (result) => {
    const list = result.artifacts || [];
    if (!list.length) return null;
    return card(
      "Artifacts",
      qa.element(
        "ul",
        { class: "artifacts" },
        list.map(({ path, size }) =>
          qa.element(
            "li",
            {},
            qa.element("a", { href: qa.address(result.folder, path) }, path),
            qa.element("span", { class: "took" }, qa.size(size)),
          ),
        ),
      ),
    );
  };

  qa.cards.about = (result, entry) =>
    card(
      "Details",
      qa.facts(
        [
          ["Testcase", entry.testcase],
          [
            "Tags",
            [
              ...(result.markers || []),
              ...Object.entries(result.tags || {}).map(([name, value]) => `${name} = ${value}`),
            ].join(", "),
          ],
          [
            "Device",
            Object.entries(result.device?.properties || {})
              .map(([name, value]) => `${name} ${value}`)
              .join(", "),
          ],
          ["Revision", qa.run.revision],
          ["Seed of the order", qa.run.seed],
          ["Started", entry.started.toISOString()],
          ["Result", result.id],
          ["Folder", qa.element("a", { href: `${qa.address(result.folder)}/` }, result.folder)],
        ].filter(([, value]) => value !== undefined && value !== null && value !== ""),
      ),
    );
})();
