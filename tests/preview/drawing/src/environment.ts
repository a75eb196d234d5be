// What Grafana's application sets up before it draws: theme, time zone, and the options that every field has.
import {
  createTheme,
  dateTime,
  FieldColorModeId,
  type FieldConfigPropertyItem,
  identityOverrideProcessor,
  patchArrayVectorProrotypeMethods,
  setTimeZoneResolver,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  systemDateFormats,
  ThresholdsMode,
  type TimeRange,
} from "@grafana/data";
import type { Scene } from "./scene";

export const theme = createTheme({ colors: { mode: "light" } });

/** Thresholds of a panel that has none of its own: everything from 80 is red. */
const DEFAULT_THRESHOLDS = {
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: -Infinity, color: "green" },
    { value: 80, color: "red" },
  ],
};

/** GF_DATE_FORMATS_* of compose.yaml. */
const DATE_FORMATS = {
  fullDate: "DD-MM-YYYY HH:mm",
  interval: {
    millisecond: "HH:mm:ss.SSS",
    second: "HH:mm:ss",
    minute: "HH:mm",
    hour: "DD-MM HH:mm",
    day: "DD-MM",
    month: "MM-YYYY",
    year: "YYYY",
  },
  useBrowserLocale: false,
};

const STANDARD_DEFAULTS: Record<string, unknown> = {
  unit: undefined,
  min: undefined,
  max: undefined,
  fieldMinMax: undefined,
  decimals: undefined,
  displayName: undefined,
  color: { mode: FieldColorModeId.Thresholds },
  noValue: undefined,
  links: undefined,
  actions: undefined,
  mappings: [],
  thresholds: DEFAULT_THRESHOLDS,
  filterable: undefined,
};

export function property(path: string, defaultValue: unknown): FieldConfigPropertyItem {
  const editor = () => null;
  const rules = { process: identityOverrideProcessor, shouldApply: () => true };
  return { id: path, path, name: path, defaultValue, editor, override: editor, ...rules } as FieldConfigPropertyItem;
}

export function setUp(scene: Scene): void {
  // A side effect of importing the package, which the bundler leaves out. A table needs it to colour whole rows.
  patchArrayVectorProrotypeMethods();
  setTimeZoneResolver(() => scene.timezone);
  systemDateFormats.update(DATE_FORMATS);
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(() =>
    Object.entries(STANDARD_DEFAULTS).map(([path, value]) => property(path, value)),
  );
}

export function timeRange(scene: Scene): TimeRange {
  const [from, to] = [dateTime(scene.from), dateTime(scene.to)];
  return { from, to, raw: { from, to } };
}

/** A text with the dashboard's variables in it, as a title or description shows them. */
export function interpolate(text: string | undefined, scene: Scene): string {
  const texts = new Map(scene.choices.map((choice) => [choice.name, choice.text]));
  return (text ?? "").replace(/\$\{(\w+)(?::\w+)?\}/g, (whole, name: string) => texts.get(name) ?? whole);
}
