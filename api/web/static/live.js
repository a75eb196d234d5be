// New values without loading the page again: what is marked `data-live` is taken from a fresh copy of the page.
(function () {
  "use strict";
  const EVERY = 5000;
  if (!window.fetch || !window.DOMParser) return;

  function parts(page) {
    return Array.from(page.querySelectorAll("[data-live]"));
  }

  function replace(old, fresh) {
    if (!old || !fresh || old.innerHTML === fresh.innerHTML) return;
    old.textContent = "";
    Array.from(fresh.childNodes).forEach(function (node) {
      old.appendChild(document.adoptNode(node));
    });
  }

  function names(page) {
    return parts(page).map(function (part) { return part.id; }).join();
  }

  function update(page) {
    // When a first value or chart has come, the parts are others: then all of what is measured is replaced.
    if (names(page) !== names(document)) replace(document.getElementById("streams"), page.getElementById("streams"));
    parts(document).forEach(function (part) {
      replace(part, page.getElementById(part.id));
    });
  }

  function look() {
    if (document.hidden) return;
    fetch(window.location.href, { cache: "no-store" })
      .then(function (answer) {
        return answer.ok ? answer.text() : "";
      })
      .then(function (text) {
        if (text) update(new DOMParser().parseFromString(text, "text/html"));
      })
      .catch(function () {}); // away for a moment: the values on the page stay true for when they were
  }

  window.setInterval(look, EVERY);
})();
