import { html } from "../../vendor/lit-html.js";

/** @param {string} path @param {string} [extra] */
const icon = (path, extra = "") => html`
  <svg class="icon ${extra}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${path}></path></svg>`;

export const back = icon("M15 5l-7 7 7 7");
export const send = icon("M5 12h13M12 5l7 7-7 7");
export const meet = icon("M12 21c-5-4-9-7.2-9-11.2A4.8 4.8 0 0 1 12 7.4a4.8 4.8 0 0 1 9 2.4C21 13.8 17 17 12 21z");
export const chats = icon("M4 5h16v11H9.5L4 20.5z");
export const person = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20.5c1-4 4-5.5 8-5.5s7 1.5 8 5.5");
export const gear = icon("M4 7h8.5M17.5 7H20M4 17h2.5M11.5 17H20M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z");
export const exit = icon("M10 4H5v16h5M9 12h11M16 8l4 4-4 4");
export const lock = icon("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3");
export const check = icon("M5 12.5l4.5 4.5L19 7.5");
export const forward = icon("M9 5l7 7-7 7");
export const close = icon("M6 6l12 12M18 6L6 18");
export const clip = icon("M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8");
export const smile = icon("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c.8 1.2 2 1.8 3.5 1.8s2.7-.6 3.5-1.8M9 9.5v.5M15 9.5v.5");
export const fileSign = icon("M6 3h8l4 4v14H6zM14 3v4h4");
export const pictureSign = icon("M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v.01");
export const copy = icon("M9 9h11v11H9zM5 15H4V4h11v1");
export const down = icon("M12 5v13M6 13l6 6 6-6");
export const more = icon("M12 5.5v.01M12 12v.01M12 18.5v.01", "icon-dots");
export const bell = icon("M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10.5 21h3");
