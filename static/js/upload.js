/**
 * Sending a file: by XMLHttpRequest, for fetch does not tell how much has gone out.
 */
import { ApiError } from "./api.js";

/**
 * @typedef {object} Sending
 * @property {string} path
 * @property {File} file
 * @property {string} token
 * @property {(sentBytes: number) => void} onProgress
 * @property {AbortSignal} signal
 */

/**
 * @param {Sending} sending
 * @returns {Promise<any>} the answer's JSON; rejects with an ApiError, or with the signal's reason
 */
export function sendFile({ path, file, token, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener("abort", abort);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => (request.status < 300 ? resolve(request.response) : reject(errorFrom(request)));
    request.onerror = async () => reject((await isReadable(file)) ? unreachable() : unreadable());
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("authorization", `Bearer ${token}`);
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
function errorFrom(request) {
  const { status, response } = request;
  const retryAfter = Number(request.getResponseHeader("retry-after"));
  return new ApiError({
    status,
    code: response?.code ?? `http_${status}`,
    detail: response?.detail ?? "",
    errors: Array.isArray(response?.errors) ? response.errors : [],
    retryAfterS: retryAfter > 0 ? retryAfter : null,
  });
}

/** A file may have been moved, changed or taken away since it was picked. @param {File} file */
function isReadable(file) {
  return file.slice(0, 1).arrayBuffer().then(() => true, () => false);
}

function unreadable() {
  return new ApiError({ status: 0, code: "file_unreadable", detail: "the file could not be read", errors: [], retryAfterS: null });
}

function unreachable() {
  return new ApiError({ status: 0, code: "unreachable", detail: "the file could not be sent", errors: [], retryAfterS: null });
}
