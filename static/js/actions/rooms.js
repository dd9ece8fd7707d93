/**
 * The list of rooms, in step over all tabs of this browser.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Room} Room
 */
import { calledAnew, isAnyDeleted } from "../models/person.js";
import { changeRoom, newerRoom, putRoom } from "../models/room.js";
import { changeChat } from "./current-chat.js";

/** @param {Context} context @param {string} roomId */
export async function loadRoom({ store, api, dispatch }, roomId) {
  const room = await api.request("GET", `/chat/rooms/${roomId}`);
  const { rooms } = store.state;
  store.update({ rooms: putRoom(rooms, newerRoom(rooms.find(({ id }) => id === roomId) ?? room, room)) });
  await dispatch("peopleHeard", room.members);
}

/**
 * What people are called by now, wherever they are shown. Whoever has deleted the account is looked at no closer.
 * @param {Context} context
 * @param {import("../types.js").Member[]} people
 */
export function peopleHeard(context, people) {
  const { store } = context;
  const rooms = store.state.rooms.map((room) => {
    const members = calledAnew(room.members, people);
    return members === room.members ? room : { ...room, members };
  });
  store.update({ rooms });
  const { chat } = store.state;
  if (!chat) return;
  const members = calledAnew(chat.members, people);
  if (members !== chat.members) changeChat(context, chat.roomId, () => ({ members, ...(isAnyDeleted(members) ? { peer: null } : {}) }));
}

/** Something of a room that the server tells this tab alone: what was read here, or written. @param {Context} context @param {{roomId: string, fields: Partial<Room>}} change */
export function roomTouched({ store, tabs }, { roomId, fields }) {
  const { user, rooms } = store.state;
  if (!user) return;
  store.update({ rooms: changeRoom(rooms, roomId, fields) });
  tabs.tell({ userId: user.id, roomId, fields });
}

/** Something was written here that the server tells no other tab of. @param {Context} context @param {import("../tabs.js").Told} changed */
export function tellTabs({ store, tabs }, changed) {
  const { user } = store.state;
  if (user) tabs.tell({ userId: user.id, changed });
}

/** Another tab says so. @param {Context} context @param {import("../tabs.js").Word|import("../tabs.js").News} word */
export async function tabSaid({ store, dispatch }, word) {
  const { user, rooms, profile, chat, account } = store.state;
  if (user?.id !== word.userId) return;
  if (!("changed" in word)) return store.update({ rooms: changeRoom(rooms, word.roomId, word.fields) });
  const { changed } = word;
  if (changed === "profile") return profile.profile === null ? undefined : dispatch("loadProfile");
  if (changed === "likes" && chat?.peer) await dispatch("readLike");
  if (account[changed] !== null) await dispatch("loadPart", changed);
}
