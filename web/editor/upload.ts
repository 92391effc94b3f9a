/** Brings a picture or file to the server. */

import { address, type Result, request, type Schemas } from "../api/client";

const UPLOAD = "POST /api/v1/articles/{id}/files";
export type Attachment = Result<typeof UPLOAD>;

/** The server could not be reached; the same upload can succeed later. */
export class Unreachable extends Error {
  constructor(name: string) {
    super(`Can’t reach the server. “${name}” will upload when the connection is back.`);
  }
}

/** Gives an article the files that texts from elsewhere in the house name; tells whether all came. */
export async function share(article: string, hashes: Set<string>): Promise<boolean> {
  const replies = [...hashes].map((hash) =>
    request("PUT /api/v1/articles/{id}/files/{hash}", { path: { id: article, hash } }),
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
  const xhr = new XMLHttpRequest();
  const target = address(UPLOAD, { path: { id: article }, query: { name } });
  return new Promise((resolve, reject) => {
    xhr.open("POST", target);
    xhr.setRequestHeader("content-type", "application/octet-stream");
    xhr.responseType = "json";
    xhr.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / total));
    xhr.addEventListener("load", () => {
      if (xhr.status === 201) {
        resolve(xhr.response);
        return;
      }
      const problem: Schemas["Problem"] | null = xhr.response;
      reject(new Error(problem?.detail ?? "The server did not take it. Try again."));
    });
    xhr.addEventListener("error", () => reject(new Unreachable(name)));
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(file);
  });
}
