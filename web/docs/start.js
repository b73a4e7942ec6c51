"use strict";

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#document",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
