// Puts Swagger UI in the place of the plain list when the reader asks for it. Without scripts the
// list stays.
const place = document.getElementById("swagger-ui");
const door = document.getElementById("try");

/** What it draws besides is one server, which is this one, and can be read by no screen reader. */
const withoutServers = () => ({ components: { ServersContainer: () => null } });

/** Names what Swagger UI leaves without one, and lets the keyboard scroll what is cut. */
function complete() {
  for (const select of place.querySelectorAll("select:not([aria-label], [id])")) {
    const name = select.closest("tr")?.dataset.paramName;
    select.setAttribute("aria-label", name ?? "Media type");
  }
  for (const button of place.querySelectorAll(".copy-to-clipboard button:not([aria-label])")) {
    button.setAttribute("aria-label", "Copy");
  }
  for (const part of place.querySelectorAll(".microlight:not([tabindex]), .curl:not([tabindex])")) {
    part.tabIndex = 0;
  }
  // Its own words are English; what the description says is in the language of the page.
  for (const part of place.querySelectorAll(".markdown, .opblock-summary-description")) {
    part.lang = document.documentElement.lang;
  }
}

function element(name, properties) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(name), properties);
    made.addEventListener("load", resolve);
    made.addEventListener("error", reject);
    document.head.append(made);
  });
}

async function open() {
  const { swagger, styles, description } = place.dataset;
  door.querySelector("button").disabled = true;
  try {
    await element("link", { rel: "stylesheet", href: `${swagger}swagger-ui.css` });
    await element("link", { rel: "stylesheet", href: styles });
    await element("script", { src: `${swagger}swagger-ui-bundle.js` });
  } catch {
    door.querySelector("button").disabled = false; // the list stays; the reader may try again
    return;
  }
  new MutationObserver(complete).observe(place, { childList: true, subtree: true });
  window.SwaggerUIBundle({
    url: description,
    domNode: place,
    deepLinking: false, // it would put a link into each button
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    validatorUrl: null, // nothing is sent to another server
    plugins: [withoutServers],
    onComplete: () => {
      document.getElementById("plain-list").remove();
      door.remove();
      place.querySelector("button")?.focus();
    },
  });
}

door.hidden = false;
door.querySelector("button").addEventListener("click", open);
