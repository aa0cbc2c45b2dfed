// The static site's service worker: all files of one build, kept together. A new build is fetched whole beside the old one,
// and takes its place when no page of the old one is open: no page ever mixes files of two builds.

// What the build puts in their place (sitePlugin.ts).
declare const __SITE_FILES__: readonly string[];
declare const __SITE_VERSION__: string;

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
declare const registration: ServiceWorkerRegistration;

// Sites of one host share its caches: each names its own by where it lies.
const OURS = `isoflop ${registration.scope} `;
const CACHE = OURS + __SITE_VERSION__;

addEventListener("install", (event) => {
  const fetchAll = async (): Promise<void> => {
    const cache = await caches.open(CACHE);
    await cache.addAll(__SITE_FILES__.map((file) => new Request(file, { cache: "reload" })));
  };
  (event as Lasting).waitUntil(fetchAll());
});

addEventListener("activate", (event) => {
  const dropOld = async (): Promise<void> => {
    const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };
  (event as Lasting).waitUntil(dropOld());
});

addEventListener("fetch", (event) => {
  const asked = event as Fetching;
  const { request } = asked;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  // The one page, by whichever of its names.
  const wanted = request.mode === "navigate" ? registration.scope : request.url;
  const answer = async (): Promise<Response> => {
    const cache = await caches.open(CACHE);
    return (await cache.match(wanted, { ignoreSearch: true })) ?? fetch(request);
  };
  asked.respondWith(answer());
});
