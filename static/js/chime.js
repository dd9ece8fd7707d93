/** A short sound of two notes, made on the spot. */

const NOTES_HZ = [659.3, 880];
const NOTE_S = 0.16;
const LOUDNESS = 0.12;

/** @type {AudioContext|null} */
let audio = null;

/** Browsers are silent until the person has done something on the page: called then, later sounds are heard. */
export function readyChime() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

/** Heard only after `readyChime`. */
export function chime() {
  if (audio === null || audio.state !== "running") return;
  for (const [index, frequency] of NOTES_HZ.entries()) play(audio, frequency, audio.currentTime + index * NOTE_S);
}

/** @param {AudioContext} context @param {number} frequency @param {number} at */
function play(context, frequency, at) {
  const tone = new OscillatorNode(context, { type: "sine", frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + NOTE_S * 2);
}
