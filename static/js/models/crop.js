/**
 * The square of a picture that becomes somebody's avatar, in pixels of the upright picture.
 *
 * @typedef {{x: number, y: number, size: number}} Crop
 * @typedef {{width: number, height: number}} Picture
 */

/** A smaller square would be a blur of its own. */
const LEAST = 96;

/** @param {Picture} picture */
export function largest({ width, height }) {
  return Math.min(width, height);
}

/** @param {Picture} picture */
export function smallest(picture) {
  return Math.min(LEAST, largest(picture));
}

/** What is shown first: as much as there is of the middle. @param {Picture} picture @returns {Crop} */
export function middle(picture) {
  const size = largest(picture);
  return { x: Math.floor((picture.width - size) / 2), y: Math.floor((picture.height - size) / 2), size };
}

/** @param {number} value @param {number} most */
const within = (value, most) => Math.round(Math.min(Math.max(0, value), most));

/** The same square elsewhere, as far as the picture goes. @param {Crop} crop @param {Picture} picture @param {{x: number, y: number}} to @returns {Crop} */
export function movedTo({ size }, { width, height }, { x, y }) {
  return { x: within(x, width - size), y: within(y, height - size), size };
}

/** A closer or wider look at the same middle. @param {Crop} crop @param {Picture} picture @param {number} wanted the new side @returns {Crop} */
export function resized(crop, picture, wanted) {
  const size = Math.round(Math.min(Math.max(wanted, smallest(picture)), largest(picture)));
  const shift = (crop.size - size) / 2;
  return movedTo({ ...crop, size }, picture, { x: crop.x + shift, y: crop.y + shift });
}
