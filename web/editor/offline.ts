/** Has this page kept on the device, so that it opens without network. */

export function keepPage(): void {
  // Without HTTPS, and where the browser forbids it, the text is still kept while the page is open.
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
