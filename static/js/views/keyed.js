/**
 * A part of a template that is drawn anew, and not changed, where it stands for something else than before: what had the
 * focus is then gone with what it belonged to, and the same words said twice are two sayings.
 */
class Keyed {
  /** @type {unknown} */
  key = undefined;

  _$AT() {}

  /** @param {{_$AH: unknown}} part @param {[unknown, unknown]} values */
  _$AS(part, [key, value]) {
    if (key !== this.key) part._$AH = {}; // nothing that could be changed into what is to be shown
    this.key = key;
    return value;
  }
}

/** @param {unknown} key @param {unknown} value of a template */
export function keyed(key, value) {
  return { _$litDirective$: Keyed, values: [key, value] };
}
