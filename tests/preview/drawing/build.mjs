// Bundles src/main.tsx into one script and one style sheet: node build.mjs FOLDER
import { build } from "esbuild";

// These are CommonJS packages that Grafana's modules import as if they were not; esbuild then wraps their default export.
const COMMONJS = new Set([
  "@emotion/css/create-instance", "calculate-size", "downshift", "hoist-non-react-statics", "is-hotkey", "jquery",
  "micro-memoize", "rc-cascader", "rc-drawer", "rc-slider", "rc-tooltip", "react-calendar",
  "react-custom-scrollbars-2", "react-dropzone", "react-highlight-words", "react-inlinesvg", "react-loading-skeleton",
  "react-popper", "react-router-dom", "react-select", "react-select/async", "react-select/creatable", "slate",
  "slate-plain-serializer", "slate-react",
]);

const commonjsDefaults = {
  name: "commonjs-defaults",
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /.*/ }, ({ path, namespace, importer, resolveDir }) =>
      namespace !== "reexport" && COMMONJS.has(path) && importer.endsWith(".mjs")
        ? { path, namespace: "reexport", pluginData: resolveDir }
        : undefined,
    );
    pluginBuild.onLoad({ filter: /.*/, namespace: "reexport" }, ({ path, pluginData }) => ({
      contents: `import value from ${JSON.stringify(path)}; export default value; export * from ${JSON.stringify(path)};`,
      resolveDir: pluginData,
    }));
  },
};

// The code editor is a third of the bundle, and no dashboard shows it.
const withoutEditor = {
  name: "without-editor",
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^monaco-editor/ }, () => ({ path: "monaco-editor", namespace: "empty" }));
    pluginBuild.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export default {};" }));
  },
};

await build({
  entryPoints: ["src/main.tsx"],
  outdir: process.argv[2],
  entryNames: "drawing",
  bundle: true,
  format: "iife",
  jsx: "automatic",
  mainFields: ["module", "browser", "main"],
  plugins: [commonjsDefaults, withoutEditor],
  loader: { ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".png": "dataurl" },
  define: { "process.env.NODE_ENV": '"production"', "process.env": "{}", "process.platform": '"linux"', global: "window" },
  logLevel: "error",
});
