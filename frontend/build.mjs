// Bundle styles, scripts, fonts and icons into one folder: node build.mjs OUT
//
// Every file but the manifest carries a digest of its content in its name, so it may be kept for
// ever. The manifest says which name each entry has. Nothing is fetched: packages are there.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";
import { DATA_NOTES, DATA_PACKAGES, places, provinces } from "./geography.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MODULES = path.join(HERE, "node_modules");
const ITALIA = path.join(MODULES, "bootstrap-italia");
const OUT = path.resolve(process.argv[2] ?? path.join(HERE, "built"));

const withDigest = (name, content) => {
  const { name: stem, ext } = path.parse(name);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return `${stem}-${digest}${ext}`;
};

/** Styles in Sass, for esbuild: it bundles what they refer to. */
const sassPlugin = {
  name: "sass",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, async ({ path: file }) => {
      const { css, loadedUrls } = await sass.compileAsync(file, {
        loadPaths: [path.join(ITALIA, "src/scss"), MODULES],
        quietDeps: true,
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      });
      const watchFiles = loadedUrls.map((url) => fileURLToPath(url));
      return { contents: css, loader: "css", resolveDir: path.dirname(file), watchFiles };
    });
  },
};

/** Only the icons that the pages name; the whole set would weigh more than all styles. */
async function sprite() {
  const wanted = (await readFile(path.join(HERE, "icons.txt"), "utf8")).trim().split(/\s+/);
  const whole = await readFile(path.join(ITALIA, "dist/svg/sprites.svg"), "utf8");
  const symbols = new Map();
  for (const [symbol, id] of whole.matchAll(/<symbol\b[^>]*\bid="([^"]+)"[\s\S]*?<\/symbol>/g)) {
    symbols.set(id, symbol);
  }
  const missing = wanted.filter((id) => !symbols.has(id));
  if (missing.length) throw new Error(`icons.txt names icons that there are not: ${missing}`);
  const kept = wanted.map((id) => symbols.get(id)).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${kept}\n</svg>\n`;
}

// Packages that come as one file with what they depend on inside.
const WITH_OTHERS_INSIDE = ["@zazuko/yasgui"];

/** Adds what a package depends on, and what that depends on. */
async function addDependencies(name, packages) {
  const text = await readFile(path.join(MODULES, name, "package.json"), "utf8").catch(() => "{}");
  for (const each of Object.keys(JSON.parse(text).dependencies ?? {})) {
    if (packages.has(each)) continue;
    packages.add(each);
    await addDependencies(each, packages);
  }
}

/** The licences of all packages of which something is in the bundles. */
async function licences(metafile) {
  const packages = new Set(["bootstrap-italia", ...DATA_PACKAGES]);
  for (const input of Object.keys(metafile.inputs)) {
    const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  for (const name of WITH_OTHERS_INSIDE) {
    if (packages.has(name)) await addDependencies(name, packages);
  }
  const parts = [];
  for (const name of [...packages].sort()) {
    const folder = path.join(MODULES, name);
    const text = await readFile(path.join(folder, "package.json"), "utf8").catch(() => null);
    if (!text) continue; // a package inside another
    const about = JSON.parse(text);
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying)/i.test(file));
    const body = files.length ? await readFile(path.join(folder, files[0]), "utf8") : "";
    parts.push(`${name} ${about.version} (${about.license ?? "see text"})\n\n${body.trim()}\n`);
  }
  return [...parts, DATA_NOTES].join(`\n${"-".repeat(80)}\n\n`);
}

async function main() {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const entries = (await readdir(path.join(HERE, "js"))).filter((name) => name.endsWith(".js"));
  const { metafile } = await esbuild.build({
    absWorkingDir: HERE,
    entryPoints: [
      ...entries.map((name) => `js/${name}`),
      ...(await readdir(path.join(HERE, "scss")))
        .filter((name) => name.endsWith(".scss") && !name.startsWith("_"))
        .map((name) => `scss/${name}`),
    ],
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "chrome110", "firefox110", "safari16"],
    minify: true,
    legalComments: "none", // they stand in licences.txt
    metafile: true,
    outdir: OUT,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
    plugins: [sassPlugin],
    logLevel: "warning",
  });
  const manifest = {};
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    const name = path.basename(output);
    const font = /^(titillium-web|roboto-mono).*?-latin-([a-z0-9]+)-[A-Z0-9]+\.woff2$/.exec(
      name.replace("latin-ext_latin", "latin"),
    );
    if (entryPoint) {
      const stem = path.parse(entryPoint).name;
      manifest[stem + path.extname(name)] = name;
    } else if (font) {
      manifest[`${font[1]}-${font[2]}.woff2`] = name;
    }
  }
  for (const name of await readdir(path.join(HERE, "static"))) {
    const content = await readFile(path.join(HERE, "static", name));
    manifest[name] = withDigest(name, content);
    await writeFile(path.join(OUT, manifest[name]), content);
  }
  // The server sets its pictures in the same type; their renderer reads no web fonts.
  for (const weight of ["regular", "700"]) {
    const font = `dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-${weight}.ttf`;
    await copyFile(path.join(ITALIA, font), path.join(OUT, `titillium-web-${weight}.ttf`));
  }
  const made = {
    "icons.svg": await sprite(),
    "provinces.json": await provinces(MODULES),
    "places.json": places(MODULES),
  };
  for (const [name, content] of Object.entries(made)) {
    manifest[name] = withDigest(name, content);
    await writeFile(path.join(OUT, manifest[name]), content);
  }
  await writeFile(path.join(OUT, "licences.txt"), await licences(metafile));
  await writeFile(path.join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
}

await main();
