// Stat and bar gauge: one tile or bar for each value.
import {
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  VizOrientation,
} from "@grafana/data";
import { BarGauge, BigValue, VizRepeater } from "@grafana/ui";
import { theme } from "../environment";
import type { PreparedPanel } from "../fields";
import type { PanelSize } from "./size";

/** `maxVizHeight` etc. of a bar gauge that sizes its bars itself. */
const AUTOMATIC_BARS = { minVizWidth: 8, minVizHeight: 16, maxVizHeight: 300 };

export function valuesOf(panel: PreparedPanel, sparkline = false): FieldDisplay[] {
  return getFieldDisplayValues({
    fieldConfig: panel.fieldConfig,
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: panel.interpolate,
    theme,
    data: panel.frames,
    sparkline,
    timeZone: panel.scene.timezone,
  });
}

export function Stat({ panel, width, height }: PanelSize) {
  const { options } = panel;
  return (
    <VizRepeater<FieldDisplay, ReturnType<typeof getDisplayValueAlignmentFactors>>
      getValues={() => valuesOf(panel, options.graphMode !== "none")}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width, height, count, alignmentFactors }) => (
        <BigValue
          {...options}
          value={value.display}
          count={count}
          sparkline={value.sparkline}
          alignmentFactors={alignmentFactors}
          width={width}
          height={height}
          theme={theme}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
        />
      )}
      source={panel.frames}
      itemSpacing={3}
      renderCounter={0}
      autoGrid
      orientation={options.orientation ?? VizOrientation.Auto}
      width={width}
      height={height}
    />
  );
}

export function Gauge({ panel, width, height }: PanelSize) {
  const { options } = panel;
  const bars = { ...AUTOMATIC_BARS, ...(options.sizing === "manual" ? options : {}) };
  return (
    <VizRepeater<FieldDisplay, ReturnType<typeof getDisplayValueAlignmentFactors>>
      getValues={() => valuesOf(panel)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width, height, alignmentFactors, orientation }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          text={options.text}
          alignmentFactors={alignmentFactors}
          orientation={orientation}
          width={width}
          height={height}
          theme={theme}
          itemSpacing={10}
          displayMode={options.displayMode}
          showUnfilled={options.showUnfilled}
          valueDisplayMode={options.valueMode}
          namePlacement={options.namePlacement}
        />
      )}
      source={panel.frames}
      itemSpacing={10}
      renderCounter={0}
      minVizWidth={bars.minVizWidth}
      minVizHeight={bars.minVizHeight}
      maxVizHeight={bars.maxVizHeight}
      orientation={options.orientation ?? VizOrientation.Auto}
      width={width}
      height={height}
    />
  );
}
