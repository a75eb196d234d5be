// Bar chart: bars by a text column. Grafana's own is not published; only its numbers, colours and legend are.
import { type Field, FieldType, formattedValueToString, getFieldDisplayName, getFieldSeriesColor } from "@grafana/data";
import { measureText, UPLOT_AXIS_FONT_SIZE, VizLayout, VizLegend } from "@grafana/ui";
import { theme } from "../environment";
import type { PreparedPanel } from "../fields";
import { Message } from "./message";
import type { PanelSize } from "./size";

const MARGIN = { top: 16, bottom: 28, right: 8 };
const GROUP_WIDTH = 0.7;
const TICKS = [1, 2, 2.5, 5, 10];

function formatted(field: Field, value: number): string {
  return field.display ? formattedValueToString(field.display(value)) : String(value);
}

/** Round numbers from 0 to at least `highest`, about 40 pixels apart. */
function ticksUpTo(highest: number, height: number): number[] {
  const rough = highest / Math.max(1, height / 40) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (TICKS.find((each) => each * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => index * step);
}

export function BarChart({ panel, width, height }: PanelSize) {
  const [frame] = panel.frames;
  const names = frame.fields.find((field) => field.type === FieldType.string);
  if (!names) {
    return <Message text="Bar charts require a string or time field" />;
  }
  const series = frame.fields
    .filter((field) => field.type === FieldType.number)
    .map((field, seriesIndex) => ({ ...field, state: { ...field.state, seriesIndex } }));
  const { legend } = panel.options;
  const items = series.map((field) => ({
    label: getFieldDisplayName(field, frame, panel.frames),
    color: getFieldSeriesColor(field, theme).color,
    yAxis: 1,
  }));
  const legendElement = (
    <VizLayout.Legend placement={legend.placement}>
      <VizLegend items={items} placement={legend.placement} displayMode={legend.displayMode} />
    </VizLayout.Legend>
  );
  return (
    <VizLayout width={width} height={height} legend={legend.showLegend ? legendElement : null}>
      {(innerWidth, innerHeight) => (
        <Plot panel={panel} names={names} series={series} width={innerWidth} height={innerHeight} />
      )}
    </VizLayout>
  );
}

interface PlotProps {
  panel: PreparedPanel;
  names: Field;
  series: Field[];
  width: number;
  height: number;
}

function Plot({ panel, names, series, width, height }: PlotProps) {
  const inner = height - MARGIN.top - MARGIN.bottom;
  const highest = Math.max(0, ...series.flatMap((field) => field.values.filter((value) => value != null)));
  const ticks = ticksUpTo(highest, inner);
  const y = (value: number) => MARGIN.top + inner * (1 - value / ticks[ticks.length - 1]);
  const labels = ticks.map((tick) => formatted(series[0], tick));
  const left = 12 + Math.max(...labels.map((label) => measureText(label, UPLOT_AXIS_FONT_SIZE).width));
  const slot = (width - left - MARGIN.right) / names.values.length;
  const bar = (slot * GROUP_WIDTH) / series.length;
  const showsValues = panel.options.showValue === "always" || (panel.options.showValue === "auto" && bar > 30);
  const text = { fontSize: UPLOT_AXIS_FONT_SIZE, fill: theme.colors.text.primary };
  return (
    <svg width={width} height={height}>
      {ticks.map((tick, index) => (
        <g key={tick}>
          <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} stroke={theme.colors.border.weak} />
          <text x={left - 6} y={y(tick) + 4} textAnchor="end" {...text}>
            {labels[index]}
          </text>
        </g>
      ))}
      {names.values.map((name, place) => {
        const start = left + place * slot + (slot * (1 - GROUP_WIDTH)) / 2;
        return (
          <g key={place}>
            <text x={left + (place + 0.5) * slot} y={height - 8} textAnchor="middle" {...text}>
              {name}
            </text>
            {series.map((field, index) => {
              const value = field.values[place];
              const color = getFieldSeriesColor(field, theme).color;
              return value == null ? null : (
                <g key={index}>
                  <rect x={start + index * bar} y={y(value)} width={bar - 1} height={y(0) - y(value)} fill={color} fillOpacity={0.8} stroke={color} />
                  {showsValues && (
                    <text x={start + (index + 0.5) * bar} y={y(value) - 4} textAnchor="middle" {...text}>
                      {formatted(field, value)}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}
