// A chart is a picture until it is wanted: pointing at it, or its button, makes it live. If that
// fails, the picture stays.
const NARROW = matchMedia("(max-width: 50rem)");

async function live(figure) {
  if (figure.dataset.state) return;
  figure.dataset.state = "loading";
  const frame = figure.querySelector(".chart-frame");
  const button = figure.querySelector(".chart-live");
  try {
    const address = (NARROW.matches && figure.dataset.narrow) || figure.dataset.wide;
    const [{ draw }, response] = await Promise.all([import("./lib/vega-view.js"), fetch(address)]);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const place = document.createElement("div");
    place.className = "chart-place";
    const spec = await response.json();
    await draw(place, spec);
    const drawn = place.querySelector("svg");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", spec.description);
    frame.querySelector("picture").replaceWith(place);
    figure.dataset.state = "live";
    button.setAttribute("aria-pressed", "true");
  } catch (error) {
    figure.dataset.state = "failed";
    const said = document.createElement("p");
    said.className = "help";
    said.setAttribute("role", "status");
    said.textContent = figure.dataset.failed;
    button.replaceWith(said);
    console.info("the chart stays a picture:", error.message);
  }
}

/** The picture again, in the size that suits the window now. */
function picture(figure, kept) {
  figure.querySelector(".chart-place")?.replaceWith(kept);
  delete figure.dataset.state;
  figure.querySelector(".chart-live")?.setAttribute("aria-pressed", "false");
}

for (const figure of document.querySelectorAll(".chart[data-wide]")) {
  const frame = figure.querySelector(".chart-frame");
  const button = figure.querySelector(".chart-live");
  const kept = frame.querySelector("picture");
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () =>
    figure.dataset.state === "live" ? picture(figure, kept) : live(figure),
  );
  frame.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse" && !navigator.connection?.saveData) live(figure);
  });
  NARROW.addEventListener("change", () => {
    if (figure.dataset.state === "live") picture(figure, kept);
  });
}
