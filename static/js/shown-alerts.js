/**
 * The system's notifications after a sign-out: they hold names and words of people whom nobody here may read any more.
 */

/** Takes back whatever this browser shows of the site. */
export async function closeShownAlerts() {
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    const shown = await worker?.getNotifications();
    shown?.forEach((notification) => notification.close());
  } catch (error) {
    // Where site data is blocked there are no workers, and so nothing was shown.
    console.info("what is shown cannot be looked at", error);
  }
}
