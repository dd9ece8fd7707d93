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
