/**
 * Unsent messages in the browser's own database, by person and room: they outlive a reload, a crash and their tab. What
 * the browser refuses to keep is held by the page alone, and `onKeeping` hears of it.
 */
import { keptForm, sameKept } from "./models/unsent.js";

/**
 * @typedef {import("./models/unsent.js").Unsent} Unsent
 * @typedef {import("./models/unsent.js").Kept} Kept
 */

const DATABASE = "webchat";
const STORE = "unsent";
/** In the order of keys an array comes after every text: the end of all keys that begin alike. @type {never[]} */
const END = [];

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["user_id", "room_id", "client_id"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("an older page holds the browser's database"));
  });
}

/** @param {(error: unknown) => void} onKeeping hears null once everything is kept, else why it is not */
export function createOutbox(onKeeping) {
  /** @type {Promise<IDBDatabase>|null} */
  let opening = null;
  let keeps = true;

  /** The database, opened again after the browser has closed it. */
  async function database() {
    try {
      opening ??= open();
      const opened = await opening;
      opened.onclose = () => (opening = null);
      // A newer page wants to change it, or it is being deleted: nobody has to wait for this one.
      opened.onversionchange = () => {
        opened.close();
        opening = null;
      };
      return opened;
    } catch (error) {
      opening = null;
      throw error;
    }
  }

  /**
   * One transaction, on disk when it is done. Transactions run in the order in which they were asked for.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>|void} steps
   * @returns {Promise<T|undefined>} what the request of the steps found
   */
  async function transact(mode, steps) {
    const opened = await database();
    return new Promise((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode, { durability: "strict" });
      const request = steps(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @param {(store: IDBObjectStore) => void} steps */
  async function write(steps) {
    try {
      await transact("readwrite", steps);
      if (!keeps) onKeeping(null);
      keeps = true;
    } catch (error) {
      keeps = false;
      onKeeping(error);
    }
  }

  /** What is kept of a room; nothing where it cannot be read. @param {string} userId @param {string} roomId @returns {Promise<Kept[]>} */
  async function load(userId, roomId) {
    try {
      const room = IDBKeyRange.bound([userId, roomId], [userId, roomId, END]);
      return (await transact("readonly", (store) => store.getAll(room))) ?? [];
    } catch (error) {
      keeps = false;
      onKeeping(error);
      return [];
    }
  }

  /**
   * Keeps a change of a room's unsent messages; all of them, after a failure.
   * @param {string} userId
   * @param {string} roomId
   * @param {Unsent[]} before
   * @param {Unsent[]} after
   */
  async function save(userId, roomId, before, after) {
    /** @param {Unsent[]} entries @param {Unsent} entry */
    const among = (entries, { client_id }) => entries.find((known) => known.client_id === client_id);
    const gone = before.filter((entry) => !among(after, entry));
    const changed = after.filter((entry) => !keeps || !sameKept(among(before, entry), entry));
    if (gone.length === 0 && changed.length === 0) return;
    await write((store) => {
      for (const { client_id } of gone) store.delete([userId, roomId, client_id]);
      for (const entry of changed) store.put({ user_id: userId, room_id: roomId, ...keptForm(entry) });
    });
  }

  /** Somebody has signed in: nobody else's messages stay in this browser. @param {string} userId */
  async function keepOnly(userId) {
    await write((store) => {
      store.delete(IDBKeyRange.upperBound([userId], true));
      store.delete(IDBKeyRange.lowerBound([userId, END], true));
    });
  }

  /** The session is over: nothing stays. */
  async function clear() {
    await write((store) => store.clear());
  }

  return { load, save, keepOnly, clear };
}

/** @typedef {ReturnType<typeof createOutbox>} Outbox */
