// The map beside the list: the same sensors, from the same choices. Without it the page loses nothing but the map.
// The server takes together what is close and sends only what is in view, so that the work stays small.
(function () {
  "use strict";
  const box = document.getElementById("map");
  if (!box || !window.fetch) return;
  const words = JSON.parse(box.dataset.words);
  const kinds = JSON.parse(box.dataset.kinds);

  function failed() {
    const text = document.createElement("p");
    text.className = "map-failed";
    text.textContent = words.failed;
    box.textContent = "";
    box.appendChild(text);
  }

  if (!window.L) {
    failed();
    return;
  }

  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    zoomControl: false,
    zoomSnap: 0.5,
    minZoom: 9,
    maxZoom: 19,
    scrollWheelZoom: false,
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    markerZoomAnimation: !calm,
  });
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", words.map);
  L.control.zoom({ zoomInTitle: words.closer, zoomOutTitle: words.further }).addTo(map);
  map.attributionControl.setPrefix(false);
  // Only who is busy with the map scrolls it; all others scroll the page.
  map.on("focus", function () { map.scrollWheelZoom.enable(); });
  map.on("blur", function () { map.scrollWheelZoom.disable(); });

  function get(url, options) {
    return fetch(url, options).then(function (answer) {
      if (!answer.ok) throw new Error("status " + answer.status);
      return answer.json();
    });
  }

  function drawTiles() {
    if (!box.dataset.tiles) return;
    box.classList.add("with-tiles");
    L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 19 }).addTo(map);
  }

  function drawAreas(areas) {
    map.createPane("names").style.zIndex = 450; // above the outlines, under the marks
    map.attributionControl.addAttribution(words.source);
    L.geoJSON(areas, {
      interactive: false,
      style: { className: "area" },
      onEachFeature: function (area, layer) {
        layer.bindTooltip(area.properties.name, {
          permanent: true, direction: "center", className: "area-name", interactive: false, pane: "names",
        });
      },
    }).addTo(map).bringToBack();
  }

  function numbers(text) { return text.split(",").map(Number); }

  function nameOf(sensor) { return (box.dataset.language === "en" && sensor.name.en) || sensor.name.nl; }

  function about(sensor) {
    const told = [(kinds[sensor.kind] || kinds.other) + "."];
    told.push(sensor.personal_data === "none" ? words.nobody : words.personal);
    if (sensor.location_kind !== "fixed") told.push(words[sensor.location_kind]);
    else if (sensor.precision !== "exact") told.push(words.cell);
    return told.join(" ");
  }

  function popup(sensors) {
    const content = document.createElement("div");
    sensors.forEach(function (sensor) {
      const link = document.createElement("a");
      link.href = box.dataset.sensor + encodeURIComponent(sensor.reference);
      link.textContent = nameOf(sensor);
      content.appendChild(link);
      const text = document.createElement("p");
      text.textContent = about(sensor);
      content.appendChild(text);
    });
    return content;
  }

  const marks = {};
  Array.from(document.querySelectorAll(".legend [data-kind]")).forEach(function (line) {
    marks[line.dataset.kind] = line.querySelector("svg");
  });

  function markOf(sensor) { return marks[sensor.kind] || marks.other; }

  function pointOf(group) { return L.latLng(group.geometry.coordinates[1], group.geometry.coordinates[0]); }

  function outline(sensor) {
    const size = sensor.precision === "exact" ? "" : " small";
    const style = { className: "place " + markOf(sensor).getAttribute("class") + size };
    return L.geoJSON(sensor.geometry, { interactive: false, style: style });
  }

  // What roams through a large area is shown where we look, as long as it may be there.
  function inView(group) {
    const point = pointOf(group), view = map.getBounds();
    if (view.contains(point)) return point;
    const area = outline(group.properties.sensors[0]).getBounds();
    return L.latLng(
      (Math.max(area.getSouth(), view.getSouth()) + Math.min(area.getNorth(), view.getNorth())) / 2,
      (Math.max(area.getWest(), view.getWest()) + Math.min(area.getEast(), view.getEast())) / 2
    );
  }

  // A mark is a button: Enter opens a balloon by itself in Leaflet, the rest is ours.
  function byKeys(pin) {
    pin.on("keypress", function (event) {
      const key = event.originalEvent.key;
      if (key !== " " && (key !== "Enter" || pin.getPopup())) return;
      event.originalEvent.preventDefault();
      fromKeyboard = true;
      if (pin.getPopup()) pin.openPopup();
      else pin.fire("click");
    });
  }

  function drawSensor(group, layers) {
    const sensor = group.properties.sensors[0];
    const icon = L.divIcon({ className: "pin", iconSize: [24, 24], html: markOf(sensor).cloneNode(true) });
    const pin = L.marker(group.place || pointOf(group), { icon: icon, title: nameOf(sensor) });
    if (sensor.geometry && !roams(group)) layers.addLayer(outline(sensor));
    pin.bindPopup(function () { return popup([sensor]); }, { minWidth: 180, maxWidth: 260 });
    byKeys(pin);
    layers.addLayer(pin);
    return [pin, nameOf(sensor), sensor.reference];
  }

  function drawGroup(group, layers) {
    const said = group.properties;
    const across = said.amount < 10 ? 32 : said.amount < 100 ? 38 : said.amount < 1000 ? 46 : 54;
    const number = document.createElement("span");
    number.textContent = said.amount.toLocaleString(document.documentElement.lang);
    const icon = L.divIcon({ className: "pin together", iconSize: [across, across], html: number });
    const bounds = L.latLngBounds([said.bounds[1], said.bounds[0]], [said.bounds[3], said.bounds[2]]);
    // Going nearer would not take them apart: then they are named.
    const named = said.sensors.length && (map.getZoom() >= 18 || bounds.getNorthWest().distanceTo(bounds.getSouthEast()) < 1);
    const text = (named ? words.together : words.group).replace("{n}", number.textContent);
    const pin = L.marker(group.place || pointOf(group), { icon: icon, title: text });
    if (named) {
      pin.bindPopup(function () { return popup(said.sensors); }, { minWidth: 180, maxWidth: 260, maxHeight: 260 });
    } else {
      pin.on("click", function () {
        const nearer = Math.max(map.getBoundsZoom(bounds.pad(0.1)), map.getZoom() + 1);
        map.setView(bounds.getCenter(), Math.min(nearer, map.getMaxZoom()));
      });
    }
    byKeys(pin);
    layers.addLayer(pin);
    return [pin, text, said.sensors.map(function (each) { return each.reference; }).join(" ")];
  }

  // Marks stand far enough apart to be hit: the server's groups that come closer than this are one.
  const APART = 40;
  let taken = [];

  function pixels(group) { return map.latLngToLayerPoint(pointOf(group)); }

  function merge(into, group) {
    const a = into.properties, b = group.properties, amount = a.amount + b.amount;
    into.geometry.coordinates = into.geometry.coordinates.map(function (degrees, axis) {
      return (degrees * a.amount + group.geometry.coordinates[axis] * b.amount) / amount;
    });
    a.bounds = [Math.min(a.bounds[0], b.bounds[0]), Math.min(a.bounds[1], b.bounds[1]),
      Math.max(a.bounds[2], b.bounds[2]), Math.max(a.bounds[3], b.bounds[3])];
    a.sensors = a.sensors.length === a.amount && b.sensors.length === b.amount ? a.sensors.concat(b.sensors) : [];
    a.amount = amount;
  }

  function roams(group) { return group.properties.amount === 1 && group.properties.sensors[0].location_kind !== "fixed"; }

  function apart(groups) {
    let left = groups.filter(function (group) { return !roams(group); });
    let before;
    do {
      before = left.length;
      const kept = [];
      left.forEach(function (group) {
        const close = kept.find(function (each) { return pixels(each).distanceTo(pixels(group)) < APART; });
        if (close) merge(close, group);
        else kept.push(group);
      });
      left = kept;
    } while (left.length < before);
    return left;
  }

  // What roams gives way a little to what stands still. Where there is no place for it, it counts with its neighbours:
  // its outline shows it all the same.
  function free(group, neighbours) {
    const start = map.latLngToLayerPoint(inView(group));
    for (let turn = 0; turn <= 8; turn++) {
      const away = turn ? APART : 0, angle = turn * Math.PI / 4;
      const spot = start.add([away * Math.cos(angle), away * Math.sin(angle)]);
      if (taken.every(function (other) { return other.distanceTo(spot) >= APART * 0.9; })) {
        taken.push(spot);
        group.place = map.layerPointToLatLng(spot);
        return true;
      }
    }
    if (!neighbours.length) return true;
    const nearest = neighbours.reduce(function (a, b) {
      return pixels(a).distanceTo(start) <= pixels(b).distanceTo(start) ? a : b;
    }).properties;
    nearest.sensors = nearest.sensors.length === nearest.amount ? nearest.sensors.concat(group.properties.sensors) : [];
    nearest.amount += 1;
    return false;
  }

  let shown = {};
  let fromKeyboard = false;
  let asked = null;

  function keyOf(group) {
    const only = group.properties.sensors[0];
    if (group.properties.amount === 1 && !roams(group)) return only.reference;
    return (group.place || pointOf(group)).toString() +
      "/" + group.properties.amount + "/" + (only ? only.reference : "") + "/" + (map.getZoom() >= 18);
  }

  function mark(group) {
    const layers = L.layerGroup().addTo(map);
    const drawn = group.properties.amount === 1 ? drawSensor(group, layers) : drawGroup(group, layers);
    const element = drawn[0].getElement();
    element.setAttribute("aria-label", drawn[1]);
    element.dataset.amount = String(group.properties.amount);
    if (drawn[2]) element.dataset[group.properties.amount === 1 ? "reference" : "references"] = drawn[2];
    return layers;
  }

  // What stays keeps its mark, and so the focus of the keyboard.
  function draw(groups) {
    const fresh = {};
    const still = apart(groups);
    taken = still.map(pixels);
    groups.filter(roams).forEach(function (group) {
      const sensor = group.properties.sensors[0], key = "outline of " + sensor.reference;
      fresh[key] = shown[key] || L.layerGroup([outline(sensor)]).addTo(map);
      if (free(group, still)) still.push(group);
    });
    still.forEach(function (group) {
      const key = keyOf(group);
      fresh[key] = shown[key] || mark(group);
    });
    Object.keys(shown).forEach(function (key) {
      if (!fresh[key] && !holdsPopup(shown[key])) shown[key].remove();
      else if (!fresh[key]) fresh[key] = shown[key];
    });
    shown = fresh;
    if (fromKeyboard && (document.activeElement === document.body || !box.contains(document.activeElement))) {
      (box.querySelector(".pin") || box).focus({ preventScroll: true });
    }
    fromKeyboard = false;
  }

  function holdsPopup(layers) {
    return layers.getLayers().some(function (layer) { return layer.getPopup() && layer.isPopupOpen(); });
  }

  function look() {
    const view = map.getBounds();
    box.classList.toggle("near", map.getZoom() >= 15);
    box.classList.toggle("named", map.getZoom() >= 14);
    const around = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map(function (degrees) {
      return degrees.toFixed(5);
    });
    if (asked) asked.abort();
    asked = window.AbortController ? new AbortController() : null;
    const url = box.dataset.groups + (box.dataset.groups.indexOf("?") < 0 ? "?" : "&") +
      "view=" + around.join() + "&zoom=" + Math.round(map.getZoom());
    box.removeAttribute("data-ready");
    get(url, asked ? { signal: asked.signal } : {})
      .then(function (answer) {
        const began = performance.now();
        draw(answer.features);
        box.dataset.work = String(Math.round(performance.now() - began));
        box.dataset.ready = String(answer.numberMatched);
        here.href = address({ bbox: around.join() });
      })
      .catch(function (error) { if (error.name !== "AbortError") failed(); });
  }

  // Addresses of this page with something else chosen, from the first page on.
  function address(changes) {
    const query = new URLSearchParams(window.location.search);
    ["after", "before"].forEach(function (name) { query.delete(name); });
    Object.keys(changes).forEach(function (name) { query.set(name, changes[name]); });
    return box.dataset.page + "?" + query.toString();
  }

  const tools = document.querySelector(".map-tools");
  const here = tools.querySelector(".here");
  const point = tools.querySelector(".point");
  const pointing = tools.querySelector(".pointing");
  box.addEventListener("keydown", function () { here.hidden = false; });
  map.on("dragend", function () { here.hidden = false; });

  function askSpot(place) {
    const spot = place.wrap();
    window.location.href = address({ spot: spot.lng.toFixed(5) + "," + spot.lat.toFixed(5) });
  }

  point.addEventListener("click", function () {
    const on = point.getAttribute("aria-pressed") !== "true";
    point.setAttribute("aria-pressed", String(on));
    pointing.hidden = !on;
    box.classList.toggle("choosing", on);
  });
  tools.querySelector(".middle").addEventListener("click", function () { askSpot(map.getCenter()); });
  map.on("click", function (event) {
    if (box.classList.contains("choosing")) askSpot(event.latlng);
  });

  // Who opens a balloon with the keyboard is taken into it, and back to the mark when it closes.
  map.on("popupopen", function (event) {
    const link = event.popup.getElement().querySelector("a");
    const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", words.close);
    if (link && document.activeElement === event.popup._source.getElement()) link.focus({ preventScroll: true });
  });
  map.on("popupclose", function (event) {
    const within = event.popup.getElement();
    const mark = event.popup._source.getElement();
    if (mark && within && within.contains(document.activeElement)) mark.focus();
  });

  function start(areas) {
    const bounds = numbers(box.dataset.bounds);
    const found = L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]);
    const all = box.dataset.chosen === "0" ? L.geoJSON(areas).getBounds() : found;
    if (box.dataset.spot) {
      const spot = numbers(box.dataset.spot);
      all.extend([spot[1], spot[0]]);
      const icon = L.divIcon({ className: "spot", iconSize: [24, 24] });
      L.marker([spot[1], spot[0]], { icon: icon, interactive: false, keyboard: false, title: words.spot }).addTo(map);
    }
    map.fitBounds(all.isValid() ? all : found, { padding: [24, 24], maxZoom: 17, animate: false });
    drawTiles();
    drawAreas(areas);
    map.on("moveend", look);
    look();
  }

  get(box.dataset.areas).then(start).catch(failed);
})();
