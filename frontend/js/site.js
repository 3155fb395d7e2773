// Every page: the menu on small screens.
import NavBarCollapsible from "bootstrap-italia/dist/plugins/navbar-collapsible.js";

for (const element of document.querySelectorAll(".navbar-collapsable")) {
  NavBarCollapsible.getOrCreateInstance(element);
}
