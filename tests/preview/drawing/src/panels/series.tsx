// Time series: lines and bars over time, with Grafana's legend.
import { FieldType } from "@grafana/data";
import { TimeSeries } from "@grafana/ui";
import { timeRange } from "../environment";
import { Message } from "./message";
import type { PanelSize } from "./size";

export function Series({ panel, width, height }: PanelSize) {
  const { scene, options } = panel;
  const frames = panel.frames.map((frame) => ({
    ...frame,
    fields: frame.fields.filter((field) => field.type === FieldType.time || field.type === FieldType.number),
  }));
  if (!frames[0].fields.some((field) => field.type === FieldType.time)) {
    return <Message text="Data is missing a time field" />;
  }
  if (!frames[0].fields.some((field) => field.type === FieldType.number)) {
    return <Message text="Data is missing a number field" />;
  }
  return (
    <TimeSeries
      frames={frames}
      structureRev={1}
      timeRange={timeRange(scene)}
      timeZone={scene.timezone}
      width={width}
      height={height}
      legend={options.legend}
      options={options}
    />
  );
}
