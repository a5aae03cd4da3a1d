// Which results are listed and in which order. What is chosen stands in the page's address, so that it can be sent on.
"use strict";

(() => {
  qa.ORDERS = [
    ["problems", "Problems first"],
    ["run", "In the order they ran"],
    ["slow", "Slowest first"],
    ["name", "By name"],
  ];

  qa.search = {
    words: "",
    outcomes: new Set(), // none chosen means all
    order: "problems",
    grouped: true,
    listed: [], // the results in the order they are listed
  };

  const haystack = (result) => {
    result.haystack ??= `${result.testcase}\n${result.message}\n${result.folder}`.toLowerCase();
    return result.haystack;
  };

  const hasTag = (result, tag) => result.markers.some((marker) => marker.toLowerCase() === tag);

  // Every word must be found. file:WORD looks at the file's name alone, tag:WORD at whole tags.
  const matcher = (words) => {
    const tests = words
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => {
        const [, field, rest] = /^(file|tag):(.+)$/.exec(word) || [];
        if (field === "file") return (result) => result.file.toLowerCase().includes(rest);
        if (field === "tag") return (result) => hasTag(result, rest);
        return (result) => haystack(result).includes(word) || hasTag(result, word.replace(/^@/, ""));
      });
    return (result) => tests.every((test) => test(result));
  };

  const byNumber = (one, other) => one.number - other.number;
  const byName = (one, other) =>
    one.testcase < other.testcase ? -1 : one.testcase > other.testcase ? 1 : byNumber(one, other);
  const comparisons = {
    problems: (one, other) => one.outcome - other.outcome || byNumber(one, other),
    run: byNumber,
    slow: (one, other) => other.duration - one.duration || byNumber(one, other),
    name: byName,
  };

  // Return the results that match, as groups {name, results} in the order they are to be shown.
  qa.search.groups = () => {
    const { words, outcomes, order, grouped } = qa.search;
    const matches = matcher(words);
    const found = qa.results.filter((result) => (!outcomes.size || outcomes.has(result.outcome)) && matches(result));
    found.sort(comparisons[order]);
    const groups = new Map();
    for (const result of found) {
      const name = grouped ? result.file : "";
      if (!groups.has(name)) groups.set(name, { name, results: [] });
      groups.get(name).results.push(result);
    }
    const sorted = [...groups.values()];
    if (grouped && order === "name") sorted.sort((one, other) => (one.name < other.name ? -1 : 1));
    qa.search.listed = sorted.flatMap((group) => group.results);
    return sorted;
  };

  qa.search.fromAddress = (text) => {
    const values = new URLSearchParams(text);
    qa.search.words = values.get("filter") || "";
    const names = (values.get("outcome") || "").split(",");
    qa.search.outcomes = new Set(
      qa.OUTCOMES.map((_, index) => index).filter((index) => names.includes(qa.OUTCOMES[index].name)),
    );
    qa.search.order = qa.ORDERS.some(([order]) => order === values.get("order")) ? values.get("order") : "problems";
    qa.search.grouped = values.get("group") !== "no";
  };

  qa.search.toAddress = () => {
    const { words, outcomes, order, grouped } = qa.search;
    const values = new URLSearchParams();
    if (words) values.set("filter", words);
    if (outcomes.size) values.set("outcome", [...outcomes].map((outcome) => qa.OUTCOMES[outcome].name).join(","));
    if (order !== "problems") values.set("order", order);
    if (!grouped) values.set("group", "no");
    return values.size ? `#?${values}` : "#";
  };
})();
