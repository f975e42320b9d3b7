(() => {
  "use strict";
  const nonce = document.currentScript.nonce;
  const holders = [...document.querySelectorAll(".wb-figure")];
  const PRINT = { width: 680, height: 900 };  // what fits between the margins of A4 and of Letter
  let content = null, printing = false;

  function layoutFor(figure) {
    const layout = { autosize: true, ...figure.layout, template: content.templates[printing ? "light" : wbTheme()] };
    if (!printing) return layout;
    return { ...layout, autosize: false, width: PRINT.width, height: Math.min(Math.max(.8 * layout.height, 160), PRINT.height) };
  }

  function draw(holder) {
    const figure = content.figures[Number(holder.dataset.figure)];
    const place = holder.querySelector(".plot");
    const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };
    holder.dataset.drawn = "begun";
    try {
      // Plotly writes into what it is given; the originals serve again for another theme and for paper.
      Plotly.react(place, structuredClone(figure.data), structuredClone(layoutFor(figure)), config)
        .then(() => { holder.dataset.drawn = "yes"; place.style.minHeight = ""; }, (error) => fail(holder, error));
    } catch (error) { fail(holder, error); }
  }

  function fail(holder, error) {
    holder.dataset.drawn = "failed";
    holder.querySelector(".plot").textContent = `This figure could not be drawn: ${error.message}`;
  }

  const drawn = () => holders.filter((h) => h.dataset.drawn && h.dataset.drawn !== "failed");

  function drawTheRest(deadline) {
    const next = holders.find((h) => !h.dataset.drawn);
    if (!next) return;
    draw(next);
    whenIdle(drawTheRest);
  }
  const whenIdle = window.requestIdleCallback ?? ((f) => setTimeout(f, 60));

  async function start() {
    const [source, json] = await Promise.all([wbUnpack("wb-plotly"), wbUnpack("wb-figures")]);
    const script = document.createElement("script");
    script.nonce = nonce;
    script.textContent = source;
    document.head.append(script);
    content = JSON.parse(json);
    const near = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting && !target.dataset.drawn) draw(target);
    }, { rootMargin: "600px" });
    holders.forEach((h) => near.observe(h));
    // Those far away follow when nothing else is to be done, so that paper and search find them all.
    whenIdle(drawTheRest);
    document.addEventListener("wb-theme", () => drawn().forEach(draw));
    addEventListener("beforeprint", () => { printing = true; holders.forEach(draw); });
    addEventListener("afterprint", () => { printing = false; holders.forEach(draw); });
  }

  start().catch((error) => holders.forEach((h) => fail(h, error)));
})();
