// A whole dashboard: the choices above it, and every panel in its place on Grafana's grid.
import { Icon, PanelChrome } from "@grafana/ui";
import { Component, type ReactNode } from "react";
import { interpolate, theme } from "./environment";
import { isEmpty, prepare } from "./fields";
import { BarChart } from "./panels/bars";
import { Failure, Message } from "./panels/message";
import { Pie } from "./panels/pie";
import { Series } from "./panels/series";
import { Gauge, Stat } from "./panels/single";
import type { PanelSize } from "./panels/size";
import { TablePanel } from "./panels/tables";
import type { PanelModel, Scene } from "./scene";

const GRID = { columns: 24, rowHeight: 30, gap: 8, padding: 16 };

const DRAWERS: Record<string, (props: PanelSize) => ReactNode> = {
  stat: Stat,
  bargauge: Gauge,
  table: TablePanel,
  timeseries: Series,
  piechart: Pie,
  barchart: BarChart,
};
/** Types that write `noValue` as a value of their own instead of in the middle of the panel. */
const SHOWS_NO_VALUE = new Set(["stat", "bargauge"]);

class Guard extends Component<{ children: ReactNode }, { error?: Error }> {
  state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    return this.state.error ? <Failure text={String(this.state.error.stack)} /> : this.props.children;
  }
}

function Content({ model, scene, width, height }: { model: PanelModel; scene: Scene; width: number; height: number }) {
  const { error } = scene.answers[model.id];
  if (error !== null) {
    return <Failure text={error} />;
  }
  const Drawer = DRAWERS[model.type];
  if (Drawer === undefined) {
    return <Failure text={`The preview can't draw panels of type ${model.type}`} />;
  }
  const panel = prepare(model, scene);
  if (isEmpty(panel) && !SHOWS_NO_VALUE.has(model.type)) {
    return <Message text={panel.fieldConfig.defaults.noValue ?? "No data"} />;
  }
  return <Drawer panel={panel} width={width} height={height} />;
}

function PlacedPanel({ model, scene }: { model: PanelModel; scene: Scene }) {
  const { x, y, w, h } = model.gridPos;
  const column = (scene.width - 2 * GRID.padding - (GRID.columns - 1) * GRID.gap) / GRID.columns;
  const width = w * column + (w - 1) * GRID.gap;
  const height = h * GRID.rowHeight + (h - 1) * GRID.gap;
  const position = { left: x * (column + GRID.gap), top: y * (GRID.rowHeight + GRID.gap), width, height };
  return (
    <div data-panel={interpolate(model.title, scene)} style={{ position: "absolute", ...position }}>
      <PanelChrome
        title={interpolate(model.title, scene)}
        description={interpolate(model.description, scene)}
        titleItems={model.links?.length ? <Icon name="external-link-alt" style={{ margin: 6 }} /> : undefined}
        width={width}
        height={height}
      >
        {(innerWidth, innerHeight) => (
          <Guard>
            <Content model={model} scene={scene} width={innerWidth} height={innerHeight} />
          </Guard>
        )}
      </PanelChrome>
    </div>
  );
}

function Controls({ scene }: { scene: Scene }) {
  const border = `1px solid ${theme.colors.border.medium}`;
  return (
    <div style={{ padding: GRID.padding, display: "flex", flexWrap: "wrap", gap: 8, alignItems: "center" }}>
      <b style={{ fontSize: 18 }}>{scene.title}</b>
      {scene.choices
        .filter((choice) => !choice.isHidden)
        .map((choice) => (
          <span key={choice.name} style={{ border, borderRadius: 2, background: theme.colors.background.primary }}>
            <span style={{ padding: "6px 8px", borderRight: border, fontSize: 12, fontWeight: 500 }}>{choice.label}</span>
            <span style={{ padding: "6px 8px" }}>{choice.text}</span>
          </span>
        ))}
      <span style={{ marginLeft: "auto", fontSize: 12 }}>{scene.caption}</span>
    </div>
  );
}

export function Dashboard({ scene }: { scene: Scene }) {
  const rows = Math.max(...scene.panels.map((panel) => panel.gridPos.y + panel.gridPos.h));
  const text = { color: theme.colors.text.primary, fontFamily: theme.typography.fontFamily, fontSize: 14 };
  return (
    <div style={{ width: scene.width, background: theme.colors.background.canvas, ...text }}>
      <Controls scene={scene} />
      <div style={{ position: "relative", margin: `0 ${GRID.padding}px`, height: rows * (GRID.rowHeight + GRID.gap) + GRID.padding }}>
        {scene.panels.map((model) => (
          <PlacedPanel key={model.id} model={model} scene={scene} />
        ))}
      </div>
    </div>
  );
}
