import { noChange } from "../../vendor/lit-html.js";

/** A part of a template that is made anew only where what it shows has changed: a long log costs nothing while somebody types. */
class Guarded {
  /** @type {unknown[]|null} */
  shown = null;

  _$AT() {}

  /** @param {unknown} _ @param {[unknown[], () => unknown]} values */
  _$AS(_, [shows, make]) {
    const { shown } = this;
    if (shown?.length === shows.length && shows.every((value, index) => value === shown[index])) return noChange;
    this.shown = shows;
    return make();
  }
}

/** @param {unknown[]} shows all that the part depends on, compared by identity @param {() => unknown} make */
export function guarded(shows, make) {
  return { _$litDirective$: Guarded, values: [shows, make] };
}
