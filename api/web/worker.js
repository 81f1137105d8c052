/** The page without a server: its own files are kept by the browser, so that it opens, and shows what it has kept. */

const CACHE = "backchannel page";
const ASSET = /\/assets\/[\w.-]+|\/icon\.svg/g;

self.addEventListener("install", (event) => {
  event.waitUntil(fetch("/").then(keep).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === "/") event.respondWith(front(event));
  else if (url.pathname.startsWith("/assets/") || url.pathname === "/icon.svg") event.respondWith(asset(event.request));
});

/** The newest page there is; without a server the kept one. */
async function front(event) {
  try {
    const answer = await fetch(event.request);
    if (!answer.ok) throw new Error(String(answer.status));
    event.waitUntil(keep(answer.clone()));
    return answer;
  } catch (fault) {
    const kept = await caches.match("/");
    if (kept === undefined) throw fault;
    return kept;
  }
}

async function asset(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/** A page and all that it names; what it does not name is dropped. */
async function keep(answer) {
  const cache = await caches.open(CACHE);
  const names = new Set((await answer.clone().text()).match(ASSET));
  const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll([...names].filter((name) => !known.has(name)));
  await cache.put("/", answer);
  for (const name of known) if (name !== "/" && !names.has(name)) await cache.delete(name);
}
