/**
 * Answers overtake each other. Which answers to reads still count, resource by resource: what was asked before a write had
 * its answer may be from before the write, and what was asked later is newer.
 */
export function createTurns() {
  let turn = 0;
  /** Per resource: the last turn that makes older questions stale. @type {Map<string, number>} */
  const settled = new Map();
  /** Per resource: writes that have no answer yet. @type {Map<string, number>} */
  const writing = new Map();

  return {
    /**
     * Reads a resource.
     * @template T
     * @param {string} resource
     * @param {() => Promise<T>} read
     * @param {(answer: T) => void} take called with the answer, unless it is stale
     * @returns {Promise<boolean>} whether it was taken
     */
    async read(resource, read, take) {
      const asked = (turn += 1);
      const answer = await read();
      if (writing.has(resource) || asked < (settled.get(resource) ?? 0)) return false;
      settled.set(resource, asked);
      take(answer);
      return true;
    },

    /** The server has told of it by itself: whatever was asked for before is older. @param {string} resource */
    told(resource) {
      settled.set(resource, (turn += 1));
    },

    /**
     * Writes a resource. Reads that were asked for until its answer is here are stale, as `take` knows better; where the
     * write fails, whoever needs the resource reads it anew.
     * @template T
     * @param {string} resource
     * @param {() => Promise<T>} write
     * @returns {Promise<T>}
     */
    async write(resource, write) {
      writing.set(resource, (writing.get(resource) ?? 0) + 1);
      try {
        return await write();
      } finally {
        const left = (writing.get(resource) ?? 1) - 1;
        if (left === 0) writing.delete(resource);
        else writing.set(resource, left);
        settled.set(resource, (turn += 1));
      }
    },
  };
}

/** @typedef {ReturnType<typeof createTurns>} Turns */
