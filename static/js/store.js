import { quiet } from "./models/alerts.js";

/**
 * The one store: everything the screens show. Only actions change it; views only read it.
 *
 * @typedef {import("./types.js").Profile} Profile
 * @typedef {import("./types.js").ProfileOptions} ProfileOptions
 *
 * @typedef {import("./models/link.js").Link} Link
 *
 * @typedef {object} Chat the room on screen
 * @property {string} roomId
 * @property {"loading"|"ready"|"missing"|"failed"} load
 * @property {import("./types.js").Room|null} room
 * @property {import("./types.js").Status|null} status
 * @property {number|null} phaseTotalMs
 * @property {import("./types.js").Member[]} members
 * @property {import("./models/message-list.js").MessageList} list
 * @property {import("./models/unsent.js").Unsent[]} unsent
 * @property {string|null} epoch
 * @property {number} storedSeq the database has everything up to here
 * @property {number} saidReadSeq this socket was told that everything is read up to here
 * @property {number} typingUntilMs the other is typing until then, local time
 * @property {boolean} moment the match is presented
 * @property {boolean} keptJustNow
 * @property {boolean} historyBusy
 * @property {boolean} historyWanted asked for again while busy
 * @property {boolean} voteBusy the room's lifecycle is being asked to change
 * @property {boolean} voteLate an answer was given that the server did not get in time
 * @property {boolean} leaving the person is asked whether they mean it
 * @property {boolean} leaveBusy
 * @property {boolean} atEnd the newest message is in sight
 * @property {import("./types.js").Message|null} said the other's newest message that came while the room was open
 * @property {{phase: string, leftMs: number, words: string}|null} timeCall the last reading of the clock, and what was called out
 * @property {string|null} picture the file that is looked at in full
 * @property {boolean} liked the other one is
 * @property {PeerPanel|null} peer
 * @property {string} reportDetail words of a report that is not sent yet
 * @property {boolean} emojis whether they are offered
 *
 * @typedef {object} PeerPanel the other one, looked at closer
 * @property {boolean} busy
 * @property {boolean} reported
 * @property {boolean} detailed opened with words of a report that is not sent yet
 * @property {string|null} problem
 * @property {string[]} reasons for a report
 * @property {import("./types.js").PeerProfile|null} profile null: not read, or not for this person to see
 *
 * @typedef {"sessions"|"likes"|"blocks"|"learned"} AccountPart
 *
 * @typedef {object} Account what the account's screen shows; null: not read yet
 * @property {import("./types.js").SignedInDevice[]|null} sessions
 * @property {import("./types.js").KnownPerson[]|null} likes
 * @property {import("./types.js").KnownPerson[]|null} blocks
 * @property {import("./types.js").LearnedView|null} learned
 * @property {Partial<Record<AccountPart, string|null>>} faults why a part could not be read
 * @property {boolean} leaving the person is asked whether to log out all the same: something is not sent
 * @property {boolean} deleting the person is asked whether they mean it
 * @property {boolean} typing the form for a new password is begun
 * @property {Copy} copy
 *
 * @typedef {{busy: boolean, fault: string|null}} Copy of everything: whether it is being made, and why the last one was not
 *
 * @typedef {object} Cut a picture that is being cut
 * @property {File} file
 * @property {string} url of the file, for as long as it is being cut
 * @property {import("./models/crop.js").Picture} picture
 * @property {import("./models/crop.js").Crop} crop
 *
 * @typedef {object} AvatarEdit
 * @property {Cut|null} cut null: the file is no picture
 * @property {boolean} busy
 * @property {string|null} fault
 *
 * @typedef {object} State
 * @property {number} nowMs local time of the last redraw
 * @property {import("./models/countdown.js").ServerClock} clock
 * @property {import("./models/route.js").Route} route
 * @property {"restoring"|"unreachable"|"out"|"in"} session
 * @property {import("./views/app.js").Screens|null} inside the screens behind the sign-in, once they are loaded
 * @property {boolean} expected somebody was signed in when this browser was here last
 * @property {string|null} language what the person has chosen; null: whatever the browser says
 * @property {string|null} theme "light" or "dark"; null: as everything else on this device
 * @property {{username: string, display_name: string}} suggested names for somebody new
 * @property {import("./types.js").User|null} user
 * @property {{busy: boolean, fields: Record<string, string>, message: string|null}} form
 * @property {{profile: Profile|null, draft: Profile|null, options: ProfileOptions|null, saved: boolean}} profile
 *   `draft`: what a form holds and the server does not have
 * @property {Record<string, string|null>} pictures each person's, as it is shown to this one; null: there is none
 * @property {AvatarEdit|null} avatarEdit
 * @property {Account} account
 * @property {import("./types.js").Ticket|null} ticket
 * @property {Partial<Record<import("./models/screen.js").Needed, string|null>>} faults why what a screen needs could not be read
 * @property {boolean} retrying what the screen needs is being asked for
 * @property {boolean} queueBusy
 * @property {import("./types.js").Room[]} rooms
 * @property {boolean} roomsLoaded
 * @property {ReadonlySet<string>} presented rooms of matches that were shown: the server repeats them rather than lose one
 * @property {Readonly<Record<string, number>>} called by room, the newest message that the person was called for: what is left to read is told again
 * @property {Readonly<Record<string, "sending"|"failed">>} notSent rooms that are not on screen, and what is the matter with messages of theirs
 * @property {import("./models/vote.js").Votes} votes answers that are not known to be saved, in rooms on screen or not
 * @property {ReadonlySet<string>} online with whom a room is kept, and who is here now
 * @property {Chat|null} chat
 * @property {import("./models/draft.js").Drafts} drafts what is being written, in any room
 * @property {{notifications: Link, chat: Link|null}} links
 * @property {import("./models/alerts.js").Alerts} alerts
 * @property {import("./models/alerts.js").Permission} permission to show notifications, as the browser has it
 * @property {boolean} keepsUnsent false: the browser refuses to, and what is not sent is lost with the page
 * @property {{text: string, untilMs: number}|null} notice
 */

/**
 * @param {number} nowMs
 * @returns {State}
 */
export function initialState(nowMs) {
  return {
    nowMs,
    clock: { samples: [] },
    route: { screen: "landing", roomId: null },
    session: "restoring",
    expected: false,
    inside: null,
    language: null,
    theme: null,
    keepsUnsent: true,
    suggested: { username: "", display_name: "" },
    alerts: quiet(),
    permission: "missing",
    ...signedOutState(nowMs),
  };
}

/** What a sign-out leaves of one person's state: nothing. @param {number} nowMs */
export function signedOutState(nowMs) {
  return {
    user: null,
    form: idleForm(),
    profile: { profile: null, draft: null, options: null, saved: false },
    pictures: {},
    avatarEdit: null,
    account: {
      sessions: null, likes: null, blocks: null, learned: null, faults: {}, leaving: false, deleting: false, typing: false, copy: { busy: false, fault: null },
    },
    ticket: null,
    faults: {},
    retrying: false,
    queueBusy: false,
    rooms: [],
    roomsLoaded: false,
    presented: new Set(),
    called: {},
    notSent: {},
    votes: {},
    online: new Set(),
    chat: null,
    drafts: {},
    links: { notifications: { state: /** @type {"closed"} */ ("closed"), sinceMs: nowMs }, chat: null },
    notice: null,
  };
}

/** @returns {State["form"]} */
export function idleForm() {
  return { busy: false, fields: {}, message: null };
}

/**
 * @typedef {object} Store
 * @property {State} state
 * @property {(patch: Partial<State>) => void} update
 * @property {(listener: () => void) => void} subscribe
 */

/**
 * Holds the state and tells its listeners once for all changes made in one go.
 * @param {State} initial
 * @returns {Store}
 */
export function createStore(initial) {
  /** @type {(() => void)[]} */
  const listeners = [];
  let announced = false;
  const store = {
    state: initial,
    /** @param {Partial<State>} patch */
    update(patch) {
      store.state = { ...store.state, ...patch };
      if (announced) return;
      announced = true;
      queueMicrotask(() => {
        announced = false;
        listeners.forEach((listener) => listener());
      });
    },
    /** @param {() => void} listener */
    subscribe(listener) {
      listeners.push(listener);
    },
  };
  return store;
}
