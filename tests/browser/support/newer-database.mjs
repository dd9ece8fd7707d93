/** Runs in the page: a database of a later release, which this one cannot use. */
export function openNewerDatabase() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("webchat", 2);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close();
      resolve();
    };
  });
}
