//! The address of the client behind the operator's own reverse proxies.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// Each proxy adds the address that it saw to this header, at its end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that the outermost of `trusted` proxies saw; the peer's own where there is none. Whatever stands before
/// it in the header a client may have made up. Where the header is shorter than it should be, or not readable, the
/// request did not come through all proxies and the peer counts.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: usize) -> IpAddr {
    let Some(from_the_end) = trusted.checked_sub(1) else {
        return peer;
    };
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let seen: Vec<&str> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let client = seen.iter().rev().nth(from_the_end);
    client
        .and_then(|address| address.trim().parse().ok())
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn seen(lines: &[&str], trusted: usize) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        client_address(PEER, &headers, trusted).to_string()
    }

    #[test]
    fn without_trusted_proxies_the_header_is_not_believed() {
        assert_eq!(seen(&["10.1.1.1"], 0), "127.0.0.1");
    }

    #[test]
    fn what_a_client_put_before_the_proxies_words_does_not_count() {
        assert_eq!(seen(&["6.6.6.6, 10.1.1.1"], 1), "10.1.1.1");
        assert_eq!(seen(&["6.6.6.6", "10.1.1.1, 10.2.2.2"], 2), "10.1.1.1");
    }

    #[test]
    fn a_request_past_the_proxies_counts_by_its_peer() {
        assert_eq!(seen(&[], 1), "127.0.0.1");
        assert_eq!(seen(&["10.1.1.1"], 2), "127.0.0.1");
        assert_eq!(seen(&["nonsense"], 1), "127.0.0.1");
    }
}
