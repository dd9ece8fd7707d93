//! A replica that lags: on one nats-server, and for as long as a test wants.

/// Lets direct gets of a stream be answered by two, one of which has heard of one subject only: a mirror of that subject
/// answers them beside its stream, as a replica does. It begins with the first message of the subject, which is still to
/// be published. `ask` sends a request to the broker (subject, payload).
///
/// # Panics
/// Where the broker refuses.
pub async fn that_heard_only(
    heard: &str,
    stream: &str,
    ask: impl AsyncFnOnce(String, String) -> String,
) {
    let mirror = format!(
        r#"{{"name":"LAGGING","storage":"memory","num_replicas":1,"allow_direct":true,"mirror_direct":true,"mirror":{{"name":"{stream}","filter_subject":"{heard}"}}}}"#
    );
    let answer = ask("$JS.API.STREAM.CREATE.LAGGING".to_owned(), mirror).await;
    assert!(!answer.contains("\"error\""), "{answer}");
}
