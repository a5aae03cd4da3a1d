// One result: why it ended as it did, what could be seen and heard, and everything else that is known.
"use strict";

(() => {
  qa.resultView = {
    clock: null,

    // Show a result in `place`; `time` is where its clock starts, or null.
    async show(place, entry, time) {
      qa.player = null;
      this.clock = null;
      this.entry = entry;
      place.replaceChildren(
        navigation(entry),
        title(entry, null),
        qa.element("p", { class: "loading" }, "Loading\u2026"),
      );
      let page;
      try {
        page = await qa.load(entry);
      } catch (error) {
        if (this.entry === entry)
          place.replaceChildren(
            navigation(entry),
            title(entry, null),
            qa.element("p", { class: "nothing" }, `This result cannot be shown. ${error.message}`),
          );
        return;
      }
      if (this.entry !== entry) return; // meanwhile another one was opened
      const moments = qa.moments(page, entry.hasVideo);
      const clock = new qa.Clock(moments.from, moments.to);
      const parts = build(entry, page, moments, clock);
      place.replaceChildren(...parts.filter(Boolean));
      this.clock = clock;
      const start = time ?? (entry.isProblem ? moments.wrongAt : null);
      if (start !== null) clock.set(start, "address");
    },
  };

  const build = (entry, page, moments, clock) => {
    const { result, texts } = page;
    const seek = (seconds) => clock.set(moments.ofResult(seconds), "text");
    return [
      navigation(entry),
      title(entry, result),
      failures(result),
      (result.notes || []).length > 0 &&
        qa.element(
          "ul",
          { class: "notes" },
          result.notes.map((note) => qa.element("li", {}, note)),
        ),
      stacks(texts),
      evidence(page, moments, clock),
      qa.element(
        "div",
        { class: "cards" },
        qa.cards.steps(result, seek),
        qa.cards.measurements(result, seek),
        qa.cards.artifacts(result),
        qa.cards.about(result, entry),
      ),
    ];
  };

  const navigation = (entry) => {
    const listed = qa.search.listed;
    const place = listed.indexOf(entry);
    const jump = (target, text, key, path) =>
      qa.element(
        "a",
        {
          class: "button",
          href: target ? qa.link(target) : null,
          "aria-disabled": target ? null : "true",
          title: `${text} (${key})`,
        },
        path && qa.icon(path),
        qa.element("span", {}, text),
      );
    return qa.element(
      "nav",
      { class: "navigation", "aria-label": "Results" },
      qa.element(
        "a",
        { class: "button back", href: qa.search.toAddress(), title: "All results (u)" },
        qa.icon("M10 3L5 8l5 5"),
        qa.element("span", {}, "All results"),
      ),
      qa.element(
        "span",
        { class: "place" },
        place < 0 ? "" : `${(place + 1).toLocaleString("en")} of ${listed.length.toLocaleString("en")}`,
      ),
      jump(listed[place - 1], "Previous", "k", "M4 10l4-4 4 4"),
      jump(listed[place + 1], "Next", "j", "M4 6l4 4 4-4"),
      jump(qa.nextProblem(entry, -1), "Previous problem", "shift f"),
      jump(qa.nextProblem(entry, 1), "Next problem", "f"),
    );
  };

  const title = (entry, result) => {
    const outcome = qa.OUTCOMES[entry.outcome];
    const device = result?.device || {};
    const others = qa.results.filter((other) => other.testcase === entry.testcase && other !== entry);
    return qa.element(
      "header",
      { class: "title-block" },
      qa.element("p", { class: "file" }, result?.location || entry.file),
      qa.element("h1", {}, qa.sign(entry.outcome), qa.element("span", {}, entry.name)),
      qa.element(
        "p",
        { class: "facts" },
        qa.element(
          "span",
          { class: `verdict ${outcome.name}` },
          qa.element("strong", {}, outcome.name),
          ` ${outcome.meaning}`,
        ),
        qa.element("span", {}, qa.duration(entry.duration)),
        qa.element("span", { title: entry.started.toISOString() }, qa.date(entry.started)),
        result?.node && qa.element("span", {}, result.node),
        device.model && qa.element("span", {}, [device.model, device.build].filter(Boolean).join(" \u00b7 ")),
      ),
      others.length > 0 &&
        qa.element(
          "p",
          { class: "facts attempts" },
          `attempt ${entry.attempt}, the others: `,
          others
            .slice(0, 20)
            .map((other) =>
              qa.element(
                "a",
                { href: qa.link(other), class: qa.OUTCOMES[other.outcome].name },
                qa.sign(other.outcome),
                ` ${other.attempt}`,
              ),
            ),
        ),
      result?.reason && qa.element("p", { class: "reason" }, result.reason),
    );
  };

  const failures = (result) => {
    const list = result.failures || [];
    if (!list.length) return null;
    return qa.element(
      "div",
      { class: "failures" },
      list.map((failure, index) =>
        qa.element(
          "section",
          { class: `failure ${failure.outcome}` },
          qa.element(
            "h2",
            {},
            failure.kind || failure.outcome,
            qa.element(
              "span",
              { class: "phase" },
              `${index ? `also ${failure.outcome}, ` : ""}${phases[failure.phase] || failure.phase}`,
            ),
          ),
          qa.element("p", { class: "text" }, qa.plain(failure.message || "")),
          failure.traceback &&
            qa.element(
              "details",
              { open: index === 0 },
              qa.element("summary", {}, "Traceback"),
              traceback(failure.traceback),
            ),
        ),
      ),
    );
  };

  const phases = {
    setup: "in set-up",
    call: "in the test itself",
    teardown: "in teardown",
    infrastructure: "outside the test",
  };

  const traceback = (text) =>
    qa.element(
      "pre",
      { tabindex: "0" },
      qa
        .plain(text)
        .split("\n")
        .map((line) => {
          const kind = /^E\s/.test(line)
            ? "wrong"
            : /^>\s/.test(line)
              ? "here"
              : /^\S+:\d+:/.test(line) || /^\s+File "/.test(line)
                ? "where"
                : null;
          return kind ? qa.element("span", { class: kind }, `${line}\n`) : `${line}\n`;
        }),
    );

  const stacks = (texts) =>
    texts["stacks.txt"] &&
    qa.element(
      "section",
      { class: "card" },
      qa.element("h2", {}, "Stacks of all threads at the end"),
      textBlock(texts["stacks.txt"]),
    );

  const textBlock = ({ text, left_out: leftOut, problem }) =>
    qa.element(
      "div",
      {},
      problem && qa.element("p", { class: "hint" }, problem),
      leftOut > 0 &&
        qa.element("p", { class: "hint" }, `${qa.size(leftOut)} are left out here; the artifact has them.`),
      qa.element("pre", { tabindex: "0" }, qa.plain(text)),
    );

  // Picture, timeline and log side by side.
  const evidence = (page, moments, clock) => {
    const stage = qa.stage(page, moments, clock);
    const strip = qa.strip(moments, clock);
    const output = Object.entries(page.texts)
      .filter(([name]) => name !== "stacks.txt")
      .map(([name, text]) =>
        qa.element("section", { class: "panel output" }, qa.element("h2", {}, name), textBlock(text)),
      );
    const side = [qa.timelinePanel(moments, clock), qa.logPanel(moments, clock), ...output].filter(Boolean);
    const hint = moments.problem && qa.element("p", { class: "hint" }, moments.problem);
    if (!stage && !side.length) return hint;
    const picture = (stage || strip) && qa.element("div", { class: "picture" }, stage, strip, hint);
    return qa.element("div", { class: `evidence with-${side.length}${stage ? "" : " no-picture"}` }, picture, side);
  };
})();
