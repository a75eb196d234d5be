// Icons are loaded before anything is drawn, or a picture might be taken without them.
import { cacheStore } from "react-inlinesvg";

const TITLE_ICONS = ["info-circle", "external-link-alt"];

export async function loadIcons(): Promise<void> {
  await Promise.all(TITLE_ICONS.map((name) => cacheStore.get(`public/img/icons/unicons/${name}.svg`)));
}
