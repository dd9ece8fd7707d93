import { t } from "../models/language.js";
import { html, svg } from "../../vendor/lit-html.js";

const RADIUS = 17;
const ROUND = 2 * Math.PI * RADIUS;
/** 4:32 of five minutes. */
const LEFT = (ROUND * 272) / 300;

/**
 * The product as a drawing: a chat of two people on a phone, the clock above it, the question below. Lines stand for words,
 * so that it needs no language.
 */
export function demo() {
  return html`
    <figure class="demo">
      <svg viewBox="0 0 420 460" role="img" aria-label=${t("landing.picture")}>
        <circle class="demo-glow" cx="210" cy="235" r="205"></circle>
        <rect class="demo-phone" x="100" y="14" width="220" height="432" rx="34"></rect>
        ${head()}${talk()}${question()}
        ${person(52, 300, "demo-warm")}${person(368, 214, "demo-cool")}
      </svg>
    </figure>`;
}

/** The other one's face, name and presence, and the time left. */
function head() {
  return svg`<g>
    <circle class="demo-warm" cx="134" cy="58" r="15"></circle>
    <circle class="demo-skin" cx="134" cy="55" r="6"></circle>
    <path class="demo-skin" d="M124 68a10 9 0 0 1 20 0z"></path>
    <rect class="demo-ink" x="158" y="48" width="64" height="8" rx="4"></rect>
    <circle class="demo-online" cx="162" cy="66" r="3.5"></circle>
    <rect class="demo-soft" x="170" y="63" width="36" height="6" rx="3"></rect>
    <g transform="translate(284 58)">
      <circle class="demo-track" r=${RADIUS}></circle>
      <circle class="demo-time" r=${RADIUS} transform="rotate(-90)" stroke-dasharray="${LEFT.toFixed(1)} ${ROUND.toFixed(1)}"></circle>
      <text class="demo-digits" y="3.6" text-anchor="middle">4:32</text>
    </g>
    <path class="demo-line" d="M100 90h220"></path>
  </g>`;
}

/** What both like, then a few lines from each side. */
function talk() {
  return svg`<g>
    <rect class="demo-chip" x="134" y="104" width="68" height="20" rx="10"></rect>
    <rect class="demo-chip" x="210" y="104" width="78" height="20" rx="10"></rect>
    <rect class="demo-chip-ink" x="147" y="111" width="42" height="6" rx="3"></rect>
    <rect class="demo-chip-ink" x="223" y="111" width="52" height="6" rx="3"></rect>
    <g class="demo-bubble demo-first">
      <rect class="demo-theirs" x="116" y="140" width="132" height="44" rx="16"></rect>
      <rect class="demo-soft" x="130" y="153" width="98" height="7" rx="3.5"></rect>
      <rect class="demo-soft" x="130" y="167" width="64" height="7" rx="3.5"></rect>
    </g>
    <g class="demo-bubble demo-second">
      <rect class="demo-mine" x="184" y="194" width="120" height="32" rx="16"></rect>
      <rect class="demo-on-mine" x="198" y="207" width="88" height="7" rx="3.5"></rect>
    </g>
    <g class="demo-bubble demo-third">
      <rect class="demo-theirs" x="116" y="236" width="104" height="32" rx="16"></rect>
      <rect class="demo-soft" x="130" y="249" width="48" height="7" rx="3.5"></rect>
      <path class="demo-heart" d="M198 259c-7-5-11-8.6-11-13a5.5 5.5 0 0 1 11-2 5.5 5.5 0 0 1 11 2c0 4.4-4 8-11 13z"></path>
    </g>
    <g class="demo-bubble demo-fourth">
      <rect class="demo-mine" x="168" y="278" width="136" height="44" rx="16"></rect>
      <rect class="demo-on-mine" x="182" y="291" width="106" height="7" rx="3.5"></rect>
      <rect class="demo-on-mine" x="182" y="305" width="58" height="7" rx="3.5"></rect>
    </g>
  </g>`;
}

/** Stay in touch, or not: both decide, each alone. */
function question() {
  return svg`<g>
    <path class="demo-sheet" d="M100 340h220v72a34 34 0 0 1-34 34H134a34 34 0 0 1-34-34z"></path>
    <rect class="demo-ink" x="146" y="356" width="128" height="8" rx="4"></rect>
    <rect class="demo-button" x="118" y="378" width="86" height="34" rx="17"></rect>
    <path class="demo-mark" d="M154 388l14 14M168 388l-14 14"></path>
    <rect class="demo-mine" x="216" y="378" width="86" height="34" rx="17"></rect>
    <path class="demo-on-mark" d="M250 395l6 6 11-12"></path>
  </g>`;
}

/** Somebody beside the phone. @param {number} x @param {number} y @param {string} colour */
function person(x, y, colour) {
  return svg`<g>
    <g transform="translate(${x} ${y})">
      <path class=${colour} d="M-44 78c2-36 20-52 44-52s42 16 44 52z"></path>
      <circle class="demo-face" r="26"></circle>
      <path class="demo-hair" d="M-27 0c-2-22 10-35 28-35S28-22 27 0c-9-3-20-8-25-18-5 10-17 17-29 18z"></path>
    </g>
  </g>`;
}
