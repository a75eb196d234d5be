// What measures near you. Your place stays here: the server is asked for the sensors of nine cells of 1 by 1 km, the
// one you are in and those around it, and the distances are reckoned on this device.
(function () {
  "use strict";
  const part = document.getElementById("near");
  if (!part) return;
  if (!window.fetch || !navigator.geolocation) {
    part.hidden = true;
    return;
  }
  const words = JSON.parse(part.dataset.words);
  const kinds = JSON.parse(part.dataset.kinds);
  const button = part.querySelector(".locate");
  const said = part.querySelector(".said");
  const rings = part.querySelector(".rings");
  const METRES = 111320; // in a degree of latitude

  // All nine, always: which of them were near enough would tell where in the cell you are. In whole hundred-thousandths
  // of a degree, because 0.009 can't be written in binary.
  function cells(place) {
    const column = Math.floor(Math.round(place.longitude * 100000) / 1460);
    const row = Math.floor(Math.round(place.latitude * 100000) / 900);
    const found = [];
    for (let across = -1; across <= 1; across++) {
      for (let up = -1; up <= 1; up++) found.push("/v1/cells/" + (column + across) + "/" + (row + up) + "/sensors");
    }
    return found;
  }

  // Metres east and north of where you are: flat is near enough within a few kilometres.
  function flat(place, point) {
    const shrink = Math.cos(place.latitude * Math.PI / 180);
    return [(point[0] - place.longitude) * METRES * shrink, (point[1] - place.latitude) * METRES];
  }

  function toSide(a, b) {
    const east = b[0] - a[0], north = b[1] - a[1];
    const length = east * east + north * north;
    const along = length ? Math.max(0, Math.min(1, -(a[0] * east + a[1] * north) / length)) : 0;
    return Math.hypot(a[0] + along * east, a[1] + along * north);
  }

  // To the nearest edge of a polygon with holes; 0 within it.
  function toPolygon(place, polygon) {
    let nearest = Infinity, within = false;
    polygon.forEach(function (ring) {
      const points = ring.map(function (point) { return flat(place, point); });
      for (let i = 1; i < points.length; i++) {
        const a = points[i - 1], b = points[i];
        nearest = Math.min(nearest, toSide(a, b));
        if ((a[1] > 0) !== (b[1] > 0) && (b[0] - a[0]) * -a[1] / (b[1] - a[1]) + a[0] > 0) within = !within;
      }
    });
    return within ? 0 : nearest;
  }

  function distance(place, sensor) {
    const shape = sensor.properties.geometry;
    if (!shape) return Math.hypot.apply(null, flat(place, sensor.geometry.coordinates));
    const polygons = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
    return Math.min.apply(null, polygons.map(function (polygon) { return toPolygon(place, polygon); }));
  }

  function about(sensor, metres) {
    const told = [kinds[sensor.kind] || kinds.other];
    if (sensor.location_kind !== "fixed") told.push(words[sensor.location_kind]);
    else if (sensor.precision !== "exact") told.push(words.cell);
    else told.push(words.distance.replace("{m}", Math.max(1, Math.round(metres))));
    told.push(sensor.personal_data === "none" ? words.nobody : words.personal);
    return told.join(", ") + ".";
  }

  function line(sensor, metres) {
    const item = document.createElement("li");
    const mark = part.querySelector('[data-kind="' + (kinds[sensor.kind] ? sensor.kind : "other") + '"] svg');
    const body = document.createElement("div");
    const link = document.createElement("a");
    const text = document.createElement("p");
    item.className = "item";
    item.dataset.reference = sensor.reference;
    link.href = part.dataset.sensor + encodeURIComponent(sensor.reference);
    link.textContent = (part.dataset.language === "en" && sensor.name.en) || sensor.name.nl;
    text.textContent = about(sensor, metres);
    body.appendChild(link);
    body.appendChild(text);
    item.appendChild(mark.cloneNode(true));
    item.appendChild(body);
    return item;
  }

  function show(place, accuracy, answers) {
    const known = {};
    answers.forEach(function (answer) {
      answer.features.forEach(function (sensor) { known[sensor.properties.reference] = sensor; });
    });
    const found = Object.keys(known).map(function (reference) {
      return { sensor: known[reference].properties, metres: distance(place, known[reference]) };
    });
    found.sort(function (a, b) { return a.metres - b.metres; });
    let from = -1, all = 0;
    Array.from(part.querySelectorAll(".ring")).forEach(function (ring) {
      const until = Number(ring.dataset.metres);
      const within = found.filter(function (each) { return each.metres > from && each.metres <= until; });
      const list = ring.querySelector("ul");
      list.textContent = within.length ? "" : words.nothing;
      within.forEach(function (each) { list.appendChild(line(each.sensor, each.metres)); });
      ring.querySelector(".amount").textContent = "(" + within.length + ")";
      from = until;
      all += within.length;
    });
    rings.hidden = false;
    said.textContent = words.found.replace("{n}", all).replace("{m}", Math.round(accuracy));
  }

  button.addEventListener("click", function () {
    said.textContent = words.asking;
    navigator.geolocation.getCurrentPosition(function (position) {
      const place = { longitude: position.coords.longitude, latitude: position.coords.latitude };
      said.textContent = words.looking;
      Promise.all(cells(place).map(function (url) {
        return fetch(url).then(function (answer) {
          if (!answer.ok) throw new Error("status " + answer.status);
          return answer.json();
        });
      })).then(function (answers) { show(place, position.coords.accuracy, answers); })
        .catch(function () { said.textContent = words.failed; });
    }, function () { said.textContent = words.refused; }, { enableHighAccuracy: true, timeout: 20000 });
  });
})();
