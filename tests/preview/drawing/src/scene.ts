// What Python hands over: a dashboard as rendered, and what the data source answered for each panel.
import type { FieldConfigSource, FieldType, Labels } from "@grafana/data";

export interface Column {
  name: string;
  type: FieldType;
  values: unknown[];
  labels?: Labels;
}

/** An answer of the data source: columns, or the error that Grafana would show. */
export interface Answer {
  columns: Column[];
  error: string | null;
}

export interface PanelModel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: FieldConfigSource;
  options?: Record<string, unknown>;
  links?: unknown[];
}

export interface Choice {
  name: string;
  label: string;
  text: string;
  isHidden: boolean;
}

export interface Scene {
  title: string;
  caption: string;
  panels: PanelModel[];
  answers: Record<string, Answer>;
  choices: Choice[];
  from: number;
  to: number;
  timezone: string;
  width: number;
}

declare global {
  interface Window {
    scene: Scene;
  }
}
