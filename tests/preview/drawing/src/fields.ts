// Fields of a panel, with the unit, colour, thresholds and other options that Grafana gives them.
import {
  applyFieldOverrides,
  type DataFrame,
  FieldColorModeId,
  type FieldConfigSource,
  getPanelOptionsWithDefaults,
  PanelPlugin,
  toDataFrame,
} from "@grafana/data";
import { interpolate, property, theme } from "./environment";
import type { PanelModel, Scene } from "./scene";

const HIDE_FROM = { legend: false, tooltip: false, viz: false };

/** Options that only one type of panel has, with Grafana's defaults. */
const CUSTOM_DEFAULTS: Record<string, Record<string, unknown>> = {
  stat: {},
  bargauge: {},
  piechart: { hideFrom: HIDE_FROM },
  table: {
    width: undefined,
    minWidth: 150,
    align: "auto",
    cellOptions: { type: "auto" },
    inspect: false,
    filterable: undefined,
    hidden: false,
  },
  barchart: {
    lineWidth: 1,
    fillOpacity: 80,
    gradientMode: "none",
    axisPlacement: "auto",
    axisLabel: "",
    axisSoftMin: undefined,
    axisSoftMax: undefined,
    thresholdsStyle: { mode: "off" },
    hideFrom: HIDE_FROM,
  },
  timeseries: {
    drawStyle: "line",
    lineInterpolation: "linear",
    lineWidth: 1,
    lineStyle: undefined,
    lineColor: undefined,
    fillOpacity: 0,
    fillBelowTo: undefined,
    gradientMode: "none",
    spanNulls: false,
    insertNulls: false,
    showPoints: "auto",
    pointSize: 5,
    pointColor: undefined,
    stacking: { mode: "none", group: "A" },
    barAlignment: 0,
    barWidthFactor: 0.6,
    barMaxWidth: undefined,
    transform: undefined,
    scaleDistribution: { type: "linear" },
    axisPlacement: "auto",
    axisLabel: "",
    axisWidth: undefined,
    axisColorMode: "text",
    axisBorderShow: false,
    axisCenteredZero: false,
    axisGridShow: undefined,
    axisSoftMin: undefined,
    axisSoftMax: undefined,
    hideFrom: HIDE_FROM,
    thresholdsStyle: { mode: "off" },
  },
};

const DISTINGUISHES_SERIES = new Set(["timeseries", "piechart", "barchart"]);

function pluginOf(type: string): PanelPlugin {
  const plugin = new PanelPlugin(() => null);
  plugin.meta = { id: type, name: type, info: { version: "" } } as PanelPlugin["meta"];
  const mode = DISTINGUISHES_SERIES.has(type) ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds;
  return plugin.useFieldConfig({
    standardOptions: { color: { defaultValue: { mode } } },
    useCustomConfig: (builder) => {
      for (const [path, value] of Object.entries(CUSTOM_DEFAULTS[type] ?? {})) {
        builder.addCustomEditor({ ...property(path, value) } as Parameters<typeof builder.addCustomEditor>[0]);
      }
    },
  });
}

export interface PreparedPanel {
  // Each panel type has its own.
  options: Record<string, any>;
  scene: Scene;
  frames: DataFrame[];
  fieldConfig: FieldConfigSource;
  interpolate: (text: string) => string;
}

export function prepare(model: PanelModel, scene: Scene): PreparedPanel {
  const plugin = pluginOf(model.type);
  const { fieldConfig, options } = getPanelOptionsWithDefaults({
    plugin,
    currentOptions: model.options ?? {},
    currentFieldConfig: structuredClone(model.fieldConfig),
    isAfterPluginChange: false,
  });
  const fields = scene.answers[model.id].columns.map((column) => ({ ...column, config: {} }));
  const frames = applyFieldOverrides({
    data: [toDataFrame({ refId: "A", fields })],
    fieldConfig,
    fieldConfigRegistry: plugin.fieldConfigRegistry,
    replaceVariables: (text) => interpolate(text, scene),
    theme,
    timeZone: scene.timezone,
  });
  return { options, scene, frames, fieldConfig, interpolate: (text) => interpolate(text, scene) };
}

export function isEmpty(panel: PreparedPanel): boolean {
  return panel.frames.every((frame) => frame.fields.length === 0 || frame.length === 0);
}
