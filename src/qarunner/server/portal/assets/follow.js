// Follows the log of a job while it runs.
"use strict";
(() => {
  const log = document.getElementById("log");
  const head = document.getElementById("head");
  const EVERY = 1500; // milliseconds
  const MOST = 1000000; // letters that stay on the page; the whole log is behind the link
  const decoder = new TextDecoder();
  let offset = Number(log.dataset.offset);
  let atEnd = false;

  const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 24;

  async function more() {
    const answer = await fetch(`${log.dataset.log}?offset=${offset}`);
    if (!answer.ok) return 0;
    const bytes = await answer.arrayBuffer();
    if (bytes.byteLength) show(decoder.decode(bytes, { stream: true }));
    offset += bytes.byteLength;
    return bytes.byteLength;
  }

  function show(text) {
    const stay = atBottom();
    // eslint-disable-next-line no-control-regex
    log.append(text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, ""));
    if (log.textContent.length > 2 * MOST) log.textContent = log.textContent.slice(-MOST);
    if (stay) log.scrollTop = log.scrollHeight;
  }

  async function follow() {
    try {
      if (!document.hidden) {
        const running = "running" in head.dataset;
        const got = await more();
        // What was written last is read once more after the job's end.
        if (!running && !got) {
          if (atEnd) return;
          atEnd = true;
        }
      }
    } catch {
      // the server is away for a moment
    }
    setTimeout(follow, EVERY);
  }

  log.scrollTop = log.scrollHeight;
  if ("running" in head.dataset) follow();
})();
