// Grafana fetches an icon when it is first shown, and then keeps it: a picture might be taken before it is there.
import { Icon, type IconName } from "@grafana/ui";
import { createRoot } from "react-dom/client";

const TITLE_ICONS: IconName[] = ["info-circle", "external-link-alt"];

export async function loadIcons(): Promise<void> {
  const place = document.createElement("div");
  const root = createRoot(place);
  root.render(TITLE_ICONS.map((name) => <Icon key={name} name={name} />));
  while (place.querySelectorAll("svg").length < TITLE_ICONS.length) {
    await new Promise(requestAnimationFrame);
  }
  root.unmount();
}
