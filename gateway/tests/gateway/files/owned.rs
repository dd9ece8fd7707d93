//! A storage is one installation's.

use super::in_both_storages;
use crate::world::World;

in_both_storages!(a_gateway_does_not_start_on_the_storage_of_another_installation);

async fn a_gateway_does_not_start_on_the_storage_of_another_installation(world: World) {
    let refusal = world.refusal_of_another_installation().await;
    assert!(
        refusal.starts_with("storage.url (STORAGE_URL or "),
        "{refusal}"
    );
    assert!(refusal.contains("another installation"), "{refusal}");
    assert!(refusal.contains("remove the object `owner`"), "{refusal}");
    // One of the same installation does.
    world.another_gateway().await;
}
