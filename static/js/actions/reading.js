import { ApiError } from "../api.js";
import { wordsFor } from "../models/problem.js";
import { isMissing } from "../models/screen.js";

/**
 * Reads what screens need. Where it cannot be read and was not before, the screen says so in its place, and it is asked
 * for again: by the person, or by itself.
 * @template T
 * @param {import("../dispatch.js").Context} context
 * @param {import("../models/screen.js").Needed} needed
 * @param {() => Promise<T>} read
 * @param {(answer: T) => void} take
 */
export async function readNeeded({ store, turns }, needed, read, take) {
  try {
    await turns.read(needed, read, take);
    store.update({ faults: { ...store.state.faults, [needed]: null } });
  } catch (error) {
    const isSaidInPlace = error instanceof ApiError && error.status !== 401 && isMissing(store.state, needed);
    if (isSaidInPlace) store.update({ faults: { ...store.state.faults, [needed]: wordsFor(error) } });
    throw error;
  }
}
