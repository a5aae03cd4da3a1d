// The picture of a result: its video or its screenshot, with the regions that were matched and the keys that were
// pressed drawn over it at the current time.
"use strict";

(() => {
  const FRAME = 1 / 25; // seconds for one step with "," and "."

  qa.stage = (page, moments, clock) => {
    const { result } = page;
    const paths = new Set((result.artifacts || []).map((artifact) => artifact.path));
    const hasScreenshot = paths.has("screenshot.png");
    if (!moments.hasVideo && !hasScreenshot) return null;

    const frame = qa.element("div", { class: "frame" });
    const stage = qa.element("div", { class: "stage" }, frame);
    const overlay = qa.svg("svg", { class: "overlay", "aria-hidden": "true" });
    const video = moments.hasVideo ? makeVideo(result, paths) : null;
    const picture = hasScreenshot
      ? qa.element("img", {
          class: "screenshot",
          src: qa.address(result.folder, "screenshot.png"),
          alt: "The frame the testcase last looked at",
        })
      : null;
    const view = (media) => {
      frame.replaceChildren(media, overlay);
      for (const tab of stage.querySelectorAll(".tab"))
        tab.setAttribute("aria-pressed", String(tab.dataset.view === (media === video ? "video" : "screenshot")));
    };

    const draw = () => qa.drawOverlay(overlay, moments, clock.time, sizeOf(moments, video, picture));
    clock.listen(draw);
    for (const media of [video, picture]) media?.addEventListener(media === video ? "loadedmetadata" : "load", draw);

    const controls = video ? makeControls(video, clock, stage) : qa.element("div", { class: "controls" });
    if (video && picture) {
      controls.append(
        qa.element(
          "div",
          { class: "tabs", role: "group", "aria-label": "Picture" },
          ["video", "screenshot"].map((name) =>
            qa.element(
              "button",
              {
                type: "button",
                class: "tab",
                "data-view": name,
                onclick: () => view(name === "video" ? video : picture),
              },
              name === "video" ? "Video" : "Screenshot",
            ),
          ),
        ),
      );
    }
    if (controls.childElementCount) stage.append(controls);
    view(video || picture);
    draw();
    return stage;
  };

  const makeVideo = (result, paths) =>
    qa.element("video", {
      src: qa.address(result.folder, "video.mp4"),
      poster: paths.has("thumbnail.jpg") ? qa.address(result.folder, "thumbnail.jpg") : null,
      preload: "auto",
      playsinline: true,
      tabindex: "-1",
    });

  const sizeOf = (moments, video, picture) => {
    if (moments.frameSize) return moments.frameSize;
    if (video?.videoWidth) return [video.videoWidth, video.videoHeight];
    return picture?.naturalWidth ? [picture.naturalWidth, picture.naturalHeight] : [1280, 720];
  };

  const makeControls = (video, clock, stage) => {
    const play = qa.element("button", { type: "button", class: "play", "aria-label": "Play" }, playIcon(false));
    const position = qa.element("output", { class: "position" });
    const rate = qa.element(
      "select",
      { "aria-label": "Speed" },
      [0.1, 0.25, 0.5, 1, 2, 4].map((value) =>
        qa.element("option", { value, selected: value === 1 }, `${value}\u00d7`),
      ),
    );
    const full = qa.element(
      "button",
      { type: "button", class: "plain", "aria-label": "Full screen", title: "Full screen" },
      qa.icon("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"),
    );
    const tell = () => {
      position.textContent = `${qa.timecode(clock.time)} / ${qa.timecode(clock.to)}`;
    };

    const follow = () => {
      if (video.paused) return;
      clock.set(video.currentTime, "video");
      requestAnimationFrame(follow);
    };
    const toggle = () => {
      if (!video.paused) return video.pause();
      if (clock.time >= (video.duration || clock.to) - FRAME) clock.set(0, "control");
      return video.play().catch(() => {});
    };
    const showState = () => {
      play.replaceChildren(playIcon(!video.paused));
      play.setAttribute("aria-label", video.paused ? "Play" : "Pause");
    };
    video.addEventListener("play", () => {
      showState();
      follow();
    });
    video.addEventListener("pause", showState);
    video.addEventListener("ended", () => clock.set(video.duration, "video"));
    video.addEventListener("loadedmetadata", () => {
      if (Number.isFinite(video.duration)) clock.extend(video.duration);
      tell();
      clock.set(clock.time, "control");
    });
    video.addEventListener("error", () =>
      stage.append(
        qa.element(
          "p",
          { class: "hint" },
          "This browser cannot play the video. ",
          qa.element("a", { href: video.getAttribute("src") }, "Open the file"),
          " with a player that knows H.264.",
        ),
      ),
    );
    video.addEventListener("click", toggle);
    play.addEventListener("click", toggle);
    rate.addEventListener("change", () => {
      video.playbackRate = Number(rate.value);
    });
    full.addEventListener("click", () =>
      document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen(),
    );
    clock.listen((time, by) => {
      if (by !== "video") video.currentTime = Math.max(0, time);
      tell();
    });
    qa.player = {
      toggle,
      step: (frames) => {
        video.pause();
        clock.set(clock.time + frames * FRAME, "control");
      },
    };
    tell();
    return qa.element("div", { class: "controls" }, play, position, rate, full);
  };

  const playIcon = (playing) => qa.icon(playing ? "M5 3v10M11 3v10" : "M4.5 2.8v10.4L13 8z");
})();
