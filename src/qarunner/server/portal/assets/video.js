// Times of steps, measurements and lines of the log lead to their moment in the video.
"use strict";
(() => {
  const video = document.getElementById("video");
  const EARLIER = 0.3; // seconds: what led to it is seen as well

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.moment");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    video.currentTime = Math.max(0, Number(link.hash.slice("#t=".length)) - EARLIER);
    video.scrollIntoView({ block: "nearest" });
    video.focus({ preventScroll: true });
  });
})();
