/**
 * Unsent messages in the browser's own database, by person and room: they outlive a reload, a crash and their tab. What
 * the browser refuses to keep is held here, by the page alone, and `onKeeping` hears of it.
 */
import { keptForm, sameKept } from "./models/unsent.js";

/**
 * @typedef {import("./models/unsent.js").Unsent} Unsent
 * @typedef {import("./models/unsent.js").Kept} Kept
 * @typedef {{userId: string, roomId: string, entries: Kept[], gone: string[]}} Held what is to be written of a room
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

/** @param {string} userId @param {string} roomId */
function placeOf(userId, roomId) {
  return `${userId} ${roomId}`;
}

/** @template {{client_id: string}} T @param {T[]} entries @param {string} clientId */
function among(entries, clientId) {
  return entries.find(({ client_id }) => client_id === clientId);
}

/** @param {(error: unknown) => void} onKeeping hears null once everything is kept, else why it is not */
export function createOutbox(onKeeping) {
  /** @type {Promise<IDBDatabase>|null} */
  let opening = null;
  let keeps = true;
  /** What the browser does not have yet, by person and room. @type {Map<string, Held>} */
  const held = new Map();

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

  /** @param {(store: IDBObjectStore) => void} steps @returns {Promise<boolean>} whether the browser has done it */
  async function write(steps) {
    try {
      await transact("readwrite", steps);
      if (!keeps) onKeeping(null);
      keeps = true;
    } catch (error) {
      refused(error);
    }
    return keeps;
  }

  /** @param {unknown} error */
  function refused(error) {
    keeps = false;
    onKeeping(error);
  }

  /** Writes all that is held; what is written is held no longer. */
  async function flush() {
    const writing = [...held.values()];
    const isWritten = await write((store) => {
      for (const { userId, roomId, entries, gone } of writing) {
        for (const id of gone) store.delete([userId, roomId, id]);
        for (const entry of entries) store.put({ user_id: userId, room_id: roomId, ...entry });
      }
    });
    if (!isWritten) return;
    for (const each of writing) if (heldOf(each.userId, each.roomId) === each) held.delete(placeOf(each.userId, each.roomId));
  }

  /** @param {string} userId @param {string} roomId @returns {Held} */
  function heldOf(userId, roomId) {
    return held.get(placeOf(userId, roomId)) ?? { userId, roomId, entries: [], gone: [] };
  }

  /** What is kept of a room, by the browser or by the page. @param {string} userId @param {string} roomId @returns {Promise<Kept[]>} */
  async function load(userId, roomId) {
    const stored = await read((store) => store.getAll(IDBKeyRange.bound([userId, roomId], [userId, roomId, END])));
    const { entries, gone } = heldOf(userId, roomId);
    return [...stored.filter(({ client_id }) => !gone.includes(client_id) && !among(entries, client_id)), ...entries];
  }

  /** The rooms of which something is kept. @param {string} userId @returns {Promise<string[]>} */
  async function rooms(userId) {
    const keys = await read((store) => store.getAllKeys(IDBKeyRange.bound([userId], [userId, END])));
    const here = [...held.values()].filter((each) => each.userId === userId && each.entries.length > 0);
    return [...new Set([...keys.map((key) => /** @type {string[]} */ (key)[1]), ...here.map(({ roomId }) => roomId)])];
  }

  /** @template T @param {(store: IDBObjectStore) => IDBRequest<T[]>} steps @returns {Promise<T[]>} nothing where it cannot be read */
  async function read(steps) {
    try {
      return (await transact("readonly", steps)) ?? [];
    } catch (error) {
      refused(error);
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
    const gone = before.map(({ client_id }) => client_id).filter((id) => !among(after, id));
    const changed = after.filter((entry) => !keeps || !sameKept(among(before, entry.client_id), entry)).map(keptForm);
    if (gone.length === 0 && changed.length === 0) return;
    const waiting = heldOf(userId, roomId);
    const others = waiting.entries.filter(({ client_id }) => !gone.includes(client_id) && !among(changed, client_id));
    held.set(placeOf(userId, roomId), { userId, roomId, entries: [...others, ...changed], gone: [...waiting.gone, ...gone] });
    await flush();
  }

  /** Whether the page alone has a message. */
  function holds() {
    return [...held.values()].some(({ entries }) => entries.length > 0);
  }

  /** Somebody has signed in: nobody else's messages stay in this browser. @param {string} userId */
  async function keepOnly(userId) {
    for (const [place, each] of held) if (each.userId !== userId) held.delete(place);
    await write((store) => {
      store.delete(IDBKeyRange.upperBound([userId], true));
      store.delete(IDBKeyRange.lowerBound([userId, END], true));
    });
  }

  /** The session is over: nothing stays. */
  async function clear() {
    held.clear();
    await write((store) => store.clear());
  }

  return { load, rooms, save, holds, keepOnly, clear };
}

/** @typedef {ReturnType<typeof createOutbox>} Outbox */
