/**
 * The shapes that cross the wire, as the public contract names them. Types only: nothing here runs.
 *
 * @typedef {"idle"|"countdown"|"notification"|"kept"|"ended"} Phase
 * @typedef {"keep"|"end"} Vote
 * @typedef {"both_kept"|"not_kept"|"left"|"no_show"|"blocked"|"moderation"} Reason
 *
 * @typedef {object} User
 * @property {string} id
 * @property {string} username
 * @property {string|null} [display_name]
 *
 * @typedef {object} Session
 * @property {User} user
 * @property {string} access_token
 * @property {number} expires_in seconds
 *
 * @typedef {object} Member
 * @property {string} id
 * @property {string} display_name
 * @property {boolean} [deleted] the account is, and the name says so in English: see `nameOf`
 * @property {boolean} [online]
 * @property {number} [read_seq]
 *
 * @typedef {object} Status
 * @property {string} room_id
 * @property {Phase} state
 * @property {string|null} ends_at
 * @property {number|null} remaining_ms
 * @property {string} server_time
 * @property {Vote|null} my_response
 * @property {"kept"|"ended"|null} outcome
 * @property {Reason|null} reason
 *
 * @typedef {object} Attachment
 * @property {string} id
 * @property {"image"|"file"} kind
 * @property {string} name
 * @property {string} content_type
 * @property {number} size_bytes
 * @property {number} [width] of an image, in pixels
 * @property {number} [height]
 * @property {string} [placeholder] a ThumbHash in Base64
 * @property {string} [thumbnail_url]
 * @property {string} url
 * @property {boolean} [gone] of a message that is not sent: the server does not have it any more
 *
 * @typedef {Attachment & {first_frame_only?: boolean}} Uploaded what moved and stands still now says so
 *
 * @typedef {object} Message
 * @property {number} seq
 * @property {number|null} prev_seq null where it is not known yet: the message is known by its ack alone
 * @property {string} id
 * @property {string} client_id
 * @property {string} room_id
 * @property {string} sender_id
 * @property {string} text
 * @property {Attachment[]} [attachments]
 * @property {string} sent_at
 *
 * @typedef {object} MatchReason
 * @property {string} code
 * @property {string[]} values
 * @property {string} text
 *
 * @typedef {object} Match
 * @property {number} score
 * @property {MatchReason[]} reasons
 * @property {string|null} icebreaker in English
 * @property {string} [icebreaker_topic] what it is about
 * @property {string} [text_mode] how what both like was compared as texts
 *
 * @typedef {object} Counted what a count of unread messages was made of. Both only grow: by them the older one of two is told
 * @property {number} seq the newest message
 * @property {number} read_seq how far the person had read
 *
 * @typedef {object} Room
 * @property {string} id
 * @property {Phase} state
 * @property {boolean} kept
 * @property {Member[]} members
 * @property {string|null} ends_at
 * @property {string} created_at
 * @property {Message|null} last_message
 * @property {number} unread_count
 * @property {number} [read_seq] how far the person has read: as the server counted, and beyond that as far as this browser knows
 * @property {Counted} [counted] what was counted; not on the wire
 * @property {number} [reveal_level] how much of each other's profile the two see, 0 to 2
 * @property {Match|null} match
 *
 * @typedef {object} Ticket
 * @property {"waiting"|"matched"|"none"} state
 * @property {string} [ticket_id]
 * @property {string} [joined_at]
 * @property {number|null} [estimated_wait_ms]
 * @property {string} [room_id]
 * @property {{name: string, excluded: number, withheld?: boolean}[]} [filters]
 *
 * @typedef {object} Profile
 * @property {string|null} display_name
 * @property {string|null} bio
 * @property {string[]} interests
 * @property {string[]} looking_for
 * @property {string[]} languages
 * @property {string|null} gender
 * @property {string[]} preferred_genders
 * @property {number|null} age_min
 * @property {number|null} age_max
 *
 * @typedef {object} PeerProfile what of it is not revealed is absent
 * @property {string} id
 * @property {string} display_name
 * @property {string|null} [avatar_url]
 * @property {number} reveal_level 0, 1 after a mutual like, 2 after a kept room
 * @property {string[]} [interests]
 * @property {string} [bio]
 * @property {string[]} [languages]
 * @property {string[]} [looking_for]
 *
 * @typedef {object} ProfileOptions
 * @property {string[]} interests
 * @property {string[]} looking_for
 * @property {string[]} languages
 * @property {string[]} genders
 * @property {string[]} report_reasons
 *
 * @typedef {object} SignedInDevice
 * @property {string} id
 * @property {string|null} user_agent
 * @property {string} last_used_at
 * @property {boolean} current
 *
 * @typedef {object} KnownPerson somebody who is liked or blocked
 * @property {string} id
 * @property {string} display_name
 * @property {boolean} [deleted] the account is, and the name says so in English: see `nameOf`
 * @property {boolean} [mutual] of a liked one: the two have liked each other
 *
 * @typedef {{value: number, uncertainty: number}} Learned `value` is in log-odds, 0 for most people
 *
 * @typedef {object} LearnedView
 * @property {Learned} generosity
 * @property {Learned} appeal
 * @property {number} outcomes
 * @property {string|null} since
 *
 * @typedef {{type: string} & Record<string, any>} Frame one JSON object on a socket; `type` says which
 */
export {};
