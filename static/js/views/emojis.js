import { t } from "../models/language.js";
import { system } from "../models/device.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { roving } from "./roving.js";

/** What people reach for most; every other one comes from the system's own keyboard. */
const EMOJIS = ("😀 😄 😂 🤣 😊 😍 🥰 😘 😎 🤔 😅 😉 🙃 😴 😢 😭 😡 😱 🤯 🥳 👍 👎 👏 🙏 🤝 💪 👋 🤞 ❤️ 💔 🔥 ✨ 🎉 🎂 "
  + "☕️ 🍕 🌍 🌞 🌈 🎵 ⚽️ 🎮 📚 ✈️ 🏔️ 🌊 🐶 🐱").split(" ");

const { walk, rove } = roving(".emoji", { inRows: true });

/** They take the focus as they open, and are one stop for Tab. @param {(emoji: string) => void} choose */
export function emojis(choose) {
  return html`
    <div class="emojis" role="group" aria-label=${t("chat.emoji")} data-testid="emojis" @keydown=${walk} @focusin=${rove}>
      ${EMOJIS.map((emoji, index) => html`
        <button class="emoji" type="button" tabindex=${index === 0 ? "0" : "-1"} ?data-takes-focus=${index === 0}
          @click=${() => choose(emoji)}>${emoji}</button>`)}
      ${hint(system(navigator.userAgent))}
    </div>`;
}

/** How the system offers all others, where it does so by keys. @param {string|null} name */
function hint(name) {
  const words = name === "Windows" ? t("chat.emoji_hint_windows") : name === "macOS" ? t("chat.emoji_hint_mac") : null;
  return words === null ? nothing : html`<p class="muted small emojis-hint">${words}</p>`;
}
