/**
 * The list of rooms, in step over all tabs of this browser.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Room} Room
 */
import { changeRoom } from "../models/room.js";

/** Something of a room that the server tells this tab alone: what was read here, or written. @param {Context} context @param {{roomId: string, fields: Partial<Room>}} change */
export function roomTouched({ store, tabs }, { roomId, fields }) {
  const { user, rooms } = store.state;
  if (!user) return;
  store.update({ rooms: changeRoom(rooms, roomId, fields) });
  tabs.tell({ userId: user.id, roomId, fields });
}

/** Another tab says so. @param {Context} context @param {import("../tabs.js").Word} word */
export function tabSaid({ store }, { userId, roomId, fields }) {
  const { user, rooms } = store.state;
  if (user?.id === userId) store.update({ rooms: changeRoom(rooms, roomId, fields) });
}
