import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { goneOf, wordsFor } from "../models/problem.js";
import { passes } from "../models/unsent.js";

/**
 * Asks the server to take a message, or to say what became of it: sent again, one that is there is answered with itself.
 * @param {import("../api.js").Api} api
 * @param {string} roomId
 * @param {import("../models/unsent.js").Unsent} entry
 * @returns {Promise<{message: import("../types.js").Message}|{problem: string, gone: string[]}>} the message, or why it never takes it, and
 *   which of its files are not there any more
 */
export async function sendByRequest(api, roomId, { client_id, text, attachments }) {
  try {
    const form = { client_id, text, attachment_ids: attachments.map(({ id }) => id) };
    return { message: await api.request("POST", `/chat/rooms/${roomId}/messages`, form) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { problem: error.code === "room_ended" ? t("message.room_had_ended") : wordsFor(error), gone: goneOf(error) };
  }
}

/** Whether the server will never say anything else. @param {unknown} error @returns {error is ApiError} */
function isRefusal(error) {
  if (!(error instanceof ApiError) || passes(error.code)) return false;
  return error.status === 404 || error.status === 409 || error.status === 422;
}
