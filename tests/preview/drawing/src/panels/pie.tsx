// Pie chart. Grafana's own is not published; only its legend, numbers and colours are.
import { type DisplayValue, type FieldDisplay, formattedValueToString } from "@grafana/data";
import { VizLayout, VizLegend, type VizLegendItem } from "@grafana/ui";
import { theme } from "../environment";
import type { PanelSize } from "./size";
import { valuesOf } from "./single";

const LEGEND_TITLES: Record<string, string> = { percent: "Percent", value: "Value" };

function shareOf(value: FieldDisplay, total: number): number {
  return total === 0 ? 0 : value.display.numeric / total;
}

function legendItem(value: FieldDisplay, total: number, shown: string[]): VizLegendItem {
  const texts: Record<string, string> = {
    percent: `${(100 * shareOf(value, total)).toFixed(0)}%`,
    value: formattedValueToString(value.display),
  };
  const values = shown.map((each): DisplayValue => {
    const title = shown.length > 1 ? LEGEND_TITLES[each] : "";
    return { numeric: value.display.numeric, text: texts[each], title };
  });
  return { label: value.display.title ?? "", color: value.display.color, yAxis: 1, getDisplayValues: () => values };
}

/** The outline of a slice between two angles, in turns clockwise from the top. */
function slice(radius: number, from: number, to: number): string {
  const at = (turn: number) => [radius * Math.sin(2 * Math.PI * turn), -radius * Math.cos(2 * Math.PI * turn)];
  const [[x0, y0], [x1, y1]] = [at(from), at(Math.min(to, from + 0.9999))];
  return `M0,0 L${x0},${y0} A${radius},${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${x1},${y1} Z`;
}

export function Pie({ panel, width, height }: PanelSize) {
  const { legend } = panel.options;
  const values = valuesOf(panel).sort((a, b) => b.display.numeric - a.display.numeric);
  const total = values.reduce((sum, value) => sum + value.display.numeric, 0);
  const items = values.map((value) => legendItem(value, total, legend.values ?? []));
  const legendElement = (
    <VizLayout.Legend placement={legend.placement}>
      <VizLegend items={items} placement={legend.placement} displayMode={legend.displayMode} />
    </VizLayout.Legend>
  );
  let begun = 0;
  return (
    <VizLayout width={width} height={height} legend={legend.showLegend ? legendElement : null}>
      {(innerWidth, innerHeight) => {
        const radius = Math.min(innerWidth, innerHeight) / 2 - 10;
        return (
          <svg width={innerWidth} height={innerHeight}>
            <g transform={`translate(${innerWidth / 2},${innerHeight / 2})`}>
              {values.map((value, index) => {
                const from = begun;
                begun += shareOf(value, total);
                const fill = value.display.color;
                return <path key={index} d={slice(radius, from, begun)} fill={fill} stroke={theme.colors.background.primary} />;
              })}
            </g>
          </svg>
        );
      }}
    </VizLayout>
  );
}
