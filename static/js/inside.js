/**
 * What lies behind the sign-in: the screens of members, and what they do.
 */
import * as account from "./actions/account.js";
import * as alerts from "./actions/alerts.js";
import * as avatar from "./actions/avatar.js";
import * as chatting from "./actions/chat.js";
import * as decision from "./actions/decision.js";
import * as drafts from "./actions/drafts.js";
import * as elsewhere from "./actions/elsewhere.js";
import * as files from "./actions/files.js";
import * as frames from "./actions/frames.js";
import * as history from "./actions/history.js";
import * as notifications from "./actions/notifications.js";
import * as peer from "./actions/peer.js";
import * as profiles from "./actions/profile.js";
import * as queue from "./actions/queue.js";
import * as rooms from "./actions/rooms.js";
import * as sending from "./actions/sending.js";
import * as settling from "./actions/settling.js";
import * as voting from "./actions/voting.js";
import { account as accountScreen } from "./views/account.js";
import { chat } from "./views/chat.js";
import { conversations } from "./views/conversations.js";
import { profile } from "./views/profile.js";
import { waiting } from "./views/waiting.js";

export const actions = {
  ...profiles, ...queue, ...notifications, ...chatting, ...history, ...frames, ...decision, ...account, ...avatar, ...settling,
  ...alerts, ...drafts, ...elsewhere, ...files, ...peer, ...rooms, ...sending, ...voting,
};

export const screens = { profile, account: accountScreen, wait: waiting, room: chat, conversations };
