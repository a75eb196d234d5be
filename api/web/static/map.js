// The map beside the list: the same sensors, from the same filters. Without it the page loses nothing but the map.
(function () {
  "use strict";
  const box = document.getElementById("map");
  if (!box || !window.fetch) return;

  function failed() {
    const text = document.createElement("p");
    text.className = "map-failed";
    text.textContent = "De kaart doet het nu niet. In de lijst staan dezelfde sensoren.";
    box.textContent = "";
    box.appendChild(text);
  }

  function get(url) {
    return fetch(url).then(function (answer) {
      if (!answer.ok) throw new Error("status " + answer.status);
      return answer.json();
    });
  }

  if (!window.L) {
    failed();
    return;
  }

  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    zoomControl: false,
    zoomSnap: 0.25,
    minZoom: 9,
    maxZoom: 19,
    scrollWheelZoom: false,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
  });
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Kaart met sensoren");
  L.control.zoom({ zoomInTitle: "Dichterbij", zoomOutTitle: "Verder weg" }).addTo(map);
  map.attributionControl.setPrefix(false);
  // Only who is busy with the map scrolls it; all others scroll the page.
  map.on("focus", function () { map.scrollWheelZoom.enable(); });
  map.on("blur", function () { map.scrollWheelZoom.disable(); });
  map.on("zoomend", function () {
    box.classList.toggle("near", map.getZoom() >= 15);
    box.classList.toggle("named", map.getZoom() >= 14);
  });

  function drawTiles() {
    if (!box.dataset.tiles) return;
    box.classList.add("with-tiles");
    L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 19 }).addTo(map);
  }

  function drawAreas(areas) {
    map.createPane("names").style.zIndex = 450; // above the outlines, under the marks
    map.attributionControl.addAttribution("Buurten: © CBS / Kadaster, CC BY 4.0");
    return L.geoJSON(areas, {
      interactive: false,
      style: { className: "area" },
      onEachFeature: function (area, layer) {
        layer.bindTooltip(area.properties.name, {
          permanent: true, direction: "center", className: "area-name", interactive: false, pane: "names",
        });
      },
    }).addTo(map);
  }

  function popup(sensor) {
    const said = sensor.properties;
    const content = document.createElement("div");
    const link = document.createElement("a");
    link.href = "/sensors/" + encodeURIComponent(said.reference);
    link.textContent = said.name.nl;
    content.appendChild(link);
    const about = document.createElement("p");
    const personal = said.personal_data === "none" ? "nee" : "ja";
    about.textContent = said.kind_label + ". Persoonsgegevens: " + personal + ".";
    content.appendChild(about);
    return content;
  }

  const marks = {};
  Array.from(document.querySelectorAll(".legend [data-kind]")).forEach(function (line) {
    marks[line.dataset.kind] = line.querySelector("svg");
  });

  function drawSensor(sensor) {
    const said = sensor.properties;
    const mark = marks[said.kind] || marks.other;
    if (sensor.geometry.type !== "Point") {
      const size = said.precision === "exact" ? "" : " small";
      const style = { className: "place " + mark.getAttribute("class") + size };
      L.geoJSON(sensor.geometry, { interactive: false, style: style }).addTo(map);
    }
    const icon = L.divIcon({ className: "pin", iconSize: [24, 24], html: mark.cloneNode(true) });
    const pin = L.marker([said.point[1], said.point[0]], { icon: icon, title: said.name.nl }).addTo(map);
    pin.bindPopup(function () { return popup(sensor); }, { minWidth: 180, maxWidth: 260 });
    const element = pin.getElement();
    element.setAttribute("aria-label", said.name.nl);
    element.dataset.reference = said.reference;
    return pin;
  }

  // Who opens a balloon with the keyboard is taken into it, and back to the mark when it closes.
  map.on("popupopen", function (event) {
    const link = event.popup.getElement().querySelector("a");
    const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", "Sluit");
    if (link && document.activeElement === event.popup._source.getElement()) link.focus({ preventScroll: true });
  });
  map.on("popupclose", function (event) {
    const within = event.popup.getElement();
    if (within && within.contains(document.activeElement)) event.popup._source.getElement().focus();
  });

  Promise.all([get(box.dataset.areas), get(box.dataset.sensors)])
    .then(function (answers) {
      const areas = L.geoJSON(answers[0]);
      const chosen = L.geoJSON(answers[1]);
      const all = /\?(?!page=)/.test(box.dataset.sensors) ? chosen : areas;
      const bounds = all.getBounds().isValid() ? all.getBounds() : chosen.getBounds();
      map.fitBounds(bounds, { padding: [16, 16], maxZoom: 16, animate: false });
      drawTiles();
      drawAreas(answers[0]);
      answers[1].features.forEach(drawSensor);
      map.fire("zoomend");
      box.dataset.ready = String(answers[1].features.length);
    })
    .catch(failed);
})();
