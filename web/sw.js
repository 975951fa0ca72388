// The service worker: keeps the page's files in the browser, so that it opens without a network after the first visit.
//
// `cargo xtask build` writes it into dist/, with the version and the files that are there filled in below; while serving
// for development there is none. web/boot.js registers it and announces new versions.
const VERSION = "{{version}}";
// Every file of the page, with the digest of what it must be: neither half of a newer version, nor what a hotel's network
// answers instead of it, is ever kept. Those of the lessons have a list of their own, which is loaded with them.
importScripts("{{lessons}}");
const FILES = { ...LESSONS, ...{{files}} };

const SCOPE = registration.scope;
// Other pages of this host share its caches.
const FAMILY = `packetarium ${SCOPE} `;
const CACHE = FAMILY + VERSION;
// A network that swallows everything must not hold the page back.
const PATIENCE_MS = 4000;

// What has its digest in its name never changes. All else is asked of the network first.
const isNamedByContent = (name) => /-[0-9a-f]{16}(_bg)?\.\w+$/.test(name);
// Not as index.html: there are hosts that redirect from there, and no navigation may be answered with a redirected response.
const address = (name) => SCOPE + (name === "index.html" ? "" : name);

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => Promise.all(Object.keys(FILES).map((name) => keep(cache, name)))));
});

async function keep(cache, name) {
  const url = address(name);
  const named = isNamedByContent(name);
  const get = async (url) => {
    const cached = named ? "force-cache" : "no-cache";
    const response = await fetch(url, { integrity: FILES[name], cache: cached, redirect: "error" });
    if (!response.ok) throw new Error(`${response.status} ${url}`);
    return response;
  };
  // Some hosts serve index.html under its name only.
  const response = (named && (await caches.match(url))) || (await get(url).catch(() => get(SCOPE + name)));
  await cache.put(url, response);
}

// A version that is being installed meanwhile has a cache, too: what is old, that version deletes.
addEventListener("activate", (event) => {
  const isOld = (key) => key.startsWith(FAMILY) && key !== CACHE && !registration.installing && !registration.waiting;
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter(isOld).map((key) => caches.delete(key)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const [url] = request.url.split(/[?#]/);
  const name = url === SCOPE ? "index.html" : url.slice(SCOPE.length);
  if (request.method !== "GET" || !url.startsWith(SCOPE) || !Object.hasOwn(FILES, name)) return;
  event.respondWith(isNamedByContent(name) ? keptFirst(request, name) : networkFirst(request, name));
});

const kept = async (name) => (await caches.open(CACHE)).match(address(name));

const keptFirst = async (request, name) => (await kept(name)) ?? fetch(request);

async function networkFirst(request, name) {
  const asked = fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const response = await Promise.race([asked, late]).catch(() => undefined);
  // A redirect is the browser's to follow.
  if (response?.ok || response?.type === "opaqueredirect") return response;
  return (await kept(name)) ?? asked;
}

addEventListener("message", ({ data, ports }) => {
  if (data === "version") ports[0].postMessage(VERSION);
  if (data === "take over") skipWaiting();
});
