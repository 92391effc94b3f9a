/** Brings a picture or file to the server. */

export interface Attachment {
  hash: string;
  /** What texts name it by. */
  address: string;
  media_type: string;
  name: string;
  bytes: number;
  width?: number | null;
  height?: number | null;
}

const OFFLINE = "The network is away. A picture or file can be added once it is back.";

/** Gives an article the files that texts from elsewhere in the house name; tells whether all came. */
export async function share(article: string, hashes: Set<string>): Promise<boolean> {
  const replies = [...hashes].map((hash) =>
    fetch(`/api/v1/articles/${article}/files/${hash}`, { method: "PUT" }),
  );
  const outcomes = await Promise.allSettled(replies);
  return outcomes.every((outcome) => outcome.status === "fulfilled" && outcome.value.ok);
}

/** Sends a file; `progress` is told which part of it is there. Fails in words for a person. */
export function upload(
  article: string,
  file: Blob,
  name: string,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  // fetch does not tell how far it is.
  const request = new XMLHttpRequest();
  const asked = new URLSearchParams({ name });
  return new Promise((resolve, reject) => {
    request.open("POST", `/api/v1/articles/${article}/files?${asked}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / total));
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Error(request.response?.detail ?? "The server did not take it. Try again."));
    });
    request.addEventListener("error", () => reject(new Error(OFFLINE)));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
