// node build.mjs FOLDER: bundles the query page into FOLDER, under names that change with their content.
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import * as esbuild from "esbuild";

const folder = process.argv[2];
const made = `${folder}.new`;
const source = await readFile(createRequire(import.meta.url).resolve("@zazuko/yasgui/build/yasgui.esm.js"), "utf8");

/** Find what must be there; a new version that says it otherwise fails here and not in a browser. */
function found(pattern) {
  const match = source.match(pattern);
  if (!match) throw new Error(`yasgui no longer holds ${pattern}: look at what it does now.`);
  return match;
}

// The page's Content-Security-Policy takes styles from files alone. YASGUI writes two into the page: rules for column
// grips, which become a file here, and an underline.
const grips = found(/createStyle\(\w+, "( \.grip-resizable\{[^"\\]*)"\)/)[1];
const contents = source
  .replace(found(/createElement\("style"\)/)[0], 'createElement("template")')
  .replace(found(/<strong style='[^']*'>/)[0], "<strong>");
const obedient = {
  name: "styles from files alone",
  setup(build) {
    build.onLoad({ filter: /yasgui\.esm\.js$/ }, () => ({ contents, loader: "js" }));
    build.onResolve({ filter: /^grips\.css$/ }, ({ path }) => ({ path, namespace: "grips" }));
    build.onLoad({ filter: /./, namespace: "grips" }, () => ({ contents: grips, loader: "css" }));
  },
};

async function licences() {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
  const texts = [];
  for (const [path, about] of Object.entries(packages)) {
    if (path === "" || about.optional || path === "node_modules/esbuild") continue;
    const file = (await readdir(path)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? await readFile(join(path, file), "utf8") : `Licence: ${about.license}`;
    texts.push(`${path.replace(/^.*node_modules\//, "")} ${about.version}\n\n${text.trim()}\n`);
  }
  return texts.join("\n\n");
}

await rm(made, { recursive: true, force: true });
const { metafile } = await esbuild.build({
  entryPoints: ["sparql.js"],
  entryNames: "[name]-[hash]",
  outdir: made,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
  metafile: true,
  plugins: [obedient],
});
await writeFile(join(made, "licences.txt"), await licences());
const names = Object.keys(metafile.outputs).map((path) => basename(path));
await writeFile(
  join(made, "manifest.json"),
  JSON.stringify({ script: names.find((name) => name.endsWith(".js")), style: names.find((name) => name.endsWith(".css")) }),
);
await rm(folder, { recursive: true, force: true });
await rename(made, folder);
