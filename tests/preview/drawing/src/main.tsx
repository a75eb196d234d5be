import "@fontsource/inter/400.css";
import "@fontsource/inter/500.css";
import "uplot/dist/uPlot.min.css";
import { ThemeContext } from "@grafana/data";
import { GlobalStyles } from "@grafana/ui";
import { createRoot } from "react-dom/client";
import { Dashboard } from "./dashboard";
import { setUp, theme } from "./environment";
import { loadIcons } from "./icons";

async function draw(): Promise<void> {
  setUp(window.scene);
  // Texts are measured before they are drawn, so the typeface must be there.
  const fonts = ["400 14px Inter", "500 14px Inter"].map((font) => document.fonts.load(font));
  await Promise.all([...fonts, loadIcons()]);
  const root = createRoot(document.getElementById("root")!);
  root.render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Dashboard scene={window.scene} />
    </ThemeContext.Provider>,
  );
  await twoFrames();
}

/** Grafana measures in the first frame, and draws in the second. */
async function twoFrames(): Promise<void> {
  for (let frame = 0; frame < 2; frame += 1) {
    await new Promise(requestAnimationFrame);
  }
}

void draw().finally(() => {
  document.body.dataset.drawn = "";
});
