import { theme } from "../environment";

/** What Grafana writes in the middle of a panel that it cannot draw. */
export function Message({ text }: { text: string }) {
  return (
    <div
      style={{
        display: "flex",
        alignItems: "center",
        justifyContent: "center",
        height: "100%",
        color: theme.colors.text.secondary,
      }}
    >
      {text}
    </div>
  );
}

/** An error of the data source, which Grafana hides behind a red mark. */
export function Failure({ text }: { text: string }) {
  const style = { color: theme.colors.error.text, whiteSpace: "pre-wrap", fontSize: 12 } as const;
  return (
    <pre data-failure="" style={style}>
      {text}
    </pre>
  );
}
