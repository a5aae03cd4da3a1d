// How the run ended: the verdict, the shares of the outcomes, and what is known of the run.
"use strict";

(() => {
  // How many results each outcome has, in the order of qa.OUTCOMES.
  qa.counts = (results) =>
    qa.OUTCOMES.map((_, outcome) => results.filter((result) => result.outcome === outcome).length);

  const verdict = (numbers) => {
    const told = [0, 1, 4]
      .filter((outcome) => numbers[outcome])
      .map((outcome) => `${numbers[outcome].toLocaleString("en")} ${qa.OUTCOMES[outcome].name}`);
    if (told.length) return told.join(", ");
    if (numbers[qa.PASS] && numbers[qa.SKIP])
      return `${numbers[qa.PASS].toLocaleString("en")} passed, ${numbers[qa.SKIP].toLocaleString("en")} skipped`;
    if (numbers[qa.PASS])
      return numbers[qa.PASS] === 1 ? "The one result passed" : `All ${numbers[qa.PASS].toLocaleString("en")} passed`;
    return numbers[qa.SKIP] ? "Everything was skipped" : "No results";
  };

  qa.headline = () => {
    const { run } = qa;
    const numbers = qa.counts(qa.results);
    const facts = [
      qa.date(qa.started),
      run.duration != null ? `took ${qa.duration(run.duration)}` : "was cut short",
      run.category,
      run.user && `by ${run.user}`,
      run.job_uid && `job ${run.job_uid}`,
    ].filter(Boolean);
    return qa.element(
      "header",
      { class: "headline" },
      qa.element(
        "p",
        { class: "node" },
        qa.element("strong", {}, run.node || "no node"),
        run.device?.model &&
          qa.element("span", {}, [run.device.model, run.device.build].filter(Boolean).join(" \u00b7 ")),
      ),
      qa.element("h1", {}, verdict(numbers)),
      qa.element("p", { class: "facts" }, facts.join(" \u00b7 ")),
      qa.bar(numbers, "bar"),
      qa.element(
        "div",
        { class: "chips", role: "group", "aria-label": "Show only" },
        numbers.map((number, outcome) => number > 0 && chip(outcome, number)),
      ),
      details(run),
    );
  };

  // The shares of the outcomes, as one bar.
  qa.bar = (numbers, name) => {
    const total = numbers.reduce((sum, number) => sum + number, 0);
    const label = numbers
      .map((number, outcome) => number && `${number} ${qa.OUTCOMES[outcome].name}`)
      .filter(Boolean)
      .join(", ");
    return qa.element(
      "div",
      { class: name, role: "img", "aria-label": label },
      numbers.map(
        (number, outcome) =>
          number > 0 &&
          qa.style(qa.element("span", { class: qa.OUTCOMES[outcome].name }), { "flex-grow": String(number / total) }),
      ),
    );
  };

  const chip = (outcome, number) => {
    const { name, meaning } = qa.OUTCOMES[outcome];
    const toggle = () => {
      const { outcomes } = qa.search;
      if (!outcomes.delete(outcome)) outcomes.add(outcome);
      qa.searchChanged();
    };
    return qa.element(
      "button",
      { class: `chip ${name}`, type: "button", "data-outcome": outcome, onclick: toggle },
      qa.sign(outcome),
      qa.element("span", { class: "number" }, number.toLocaleString("en")),
      qa.element("span", { class: "name" }, name),
      qa.element("span", { class: "meaning" }, meaning),
    );
  };

  const details = (run) => {
    const facts = [
      ["Test pack", run.pack],
      ["Revision", run.revision],
      ["Seed of the order", run.seed],
      [
        "Tags",
        Object.entries(run.tags || {})
          .map(([name, value]) => `${name} = ${value}`)
          .join(", "),
      ],
      [
        "Device",
        Object.entries(run.device?.properties || {})
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
      ],
      [
        "Versions",
        Object.entries(run.versions || {})
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
      ],
      ["Command", (run.command_line || []).join(" ")],
      ["Exit code", run.exit_code],
    ].filter(([, value]) => value !== undefined && value !== null && value !== "");
    if (!facts.length) return null;
    return qa.element("details", { class: "about" }, qa.element("summary", {}, "About this run"), qa.facts(facts));
  };

  // A list of names and values.
  qa.facts = (facts) =>
    qa.element(
      "dl",
      { class: "facts-list" },
      facts.map(([name, value]) => [
        qa.element("dt", {}, name),
        qa.element("dd", {}, value instanceof Node ? value : String(value)),
      ]),
    );
})();
