// A minimal static host: `node serve.js PORT` serves dist/ at /some/folder/ and nothing else.
// PACKETARIUM_DIST names another folder.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";

const base = "/some/folder/";
const dist = resolve(process.env.PACKETARIUM_DIST ?? join(import.meta.dirname, "../../dist"));
const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

async function find(url) {
  const path = decodeURIComponent(new URL(url, "http://127.0.0.1").pathname);
  if (!path.startsWith(base)) return;
  const file = normalize(join(dist, path === base ? "index.html" : path.slice(base.length)));
  if (!file.startsWith(dist + sep)) return;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? file : undefined;
}

createServer(async (request, response) => {
  const file = await find(request.url).catch(() => undefined);
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    return;
  }
  response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "cache-control": "no-store" });
  createReadStream(file).pipe(response);
}).listen(Number(process.argv[2]), "127.0.0.1");
