// Table: what does not fit is scrolled to in Grafana, and cut off here.
import { Table } from "@grafana/ui";
import type { PanelSize } from "./size";

export function TablePanel({ panel, width, height }: PanelSize) {
  const { options } = panel;
  return (
    <div style={{ width, height, overflow: "hidden" }}>
      <Table
        data={panel.frames[0]}
        width={width}
        height={height}
        noHeader={options.showHeader === false}
        cellHeight={options.cellHeight ?? "sm"}
        initialSortBy={options.sortBy}
        showTypeIcons={options.showTypeIcons}
        resizable
      />
    </div>
  );
}
