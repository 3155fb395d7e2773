// Starts Swagger UI on the page of the API. Without scripts the page shows a plain list.
const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null, // nothing is sent to another server
  onComplete: () => document.getElementById("plain-list").remove(),
});
