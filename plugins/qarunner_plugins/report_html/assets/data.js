// The run's index, and the results' own data, which is loaded when it is wanted.
"use strict";

(() => {
  const KEPT = 30; // opened results that are kept in memory
  const pages = new Map();
  let arriving = null;

  // Called by index-data.js.
  qa.setIndex = ({ run, files, results }) => {
    qa.run = run;
    qa.started = new Date(run.started);
    const attempts = new Map();
    qa.results = results.map((row, number) => {
      const [folder, file, name, outcome, start, took, attempt, message, markers, flags] = row;
      const testcase = files[file] ? `${files[file]}::${name}` : name;
      attempts.set(testcase, (attempts.get(testcase) || 0) + 1);
      return {
        number,
        folder,
        file: files[file],
        name,
        testcase,
        outcome,
        attempt,
        message,
        markers,
        started: new Date(qa.started.getTime() + start),
        duration: took / 1000,
        hasVideo: Boolean(flags & 1),
        hasThumbnail: Boolean(flags & 2),
        outsideLimits: Boolean(flags & 4),
        isProblem: outcome === qa.FAIL || outcome === qa.ERROR,
      };
    });
    for (const result of qa.results) result.attempts = attempts.get(result.testcase);
    qa.byFolder = new Map(qa.results.map((result) => [result.folder, result]));
  };

  // Called by the file of one result.
  qa.setPage = (page) => {
    arriving = page;
  };

  // Return a promise of {result, timeline, texts} of one result.
  qa.load = (result) => {
    if (!pages.has(result.number)) {
      const loading = fetchPage(result);
      pages.set(result.number, loading);
      loading.catch(() => pages.delete(result.number));
      if (pages.size > KEPT) pages.delete(pages.keys().next().value);
    }
    return pages.get(result.number);
  };

  // A script element works from disk, where a request would be refused.
  const fetchPage = (result) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `report/results/${String(result.number).padStart(6, "0")}.js`;
      script.onload = () => {
        script.remove();
        const page = arriving;
        arriving = null;
        if (!page) reject(new Error("Its file in report/results is damaged."));
        else if (page.result.folder !== result.folder)
          reject(new Error("The report was made anew: load this page again."));
        else resolve(page);
      };
      script.onerror = () => {
        script.remove();
        reject(new Error("Its file in report/results is missing."));
      };
      document.head.append(script);
    });
})();
