import type { PreparedPanel } from "../fields";

/** What a panel is drawn from; width and height in pixels, inside its frame. */
export interface PanelSize {
  panel: PreparedPanel;
  width: number;
  height: number;
}
