//! `inkstand healthcheck`.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, body::Bytes, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{Settings, say::say};

/// The server itself gives up on its database after one second.
const WITHIN: Duration = Duration::from_secs(3);

/// Bytes of an answer that are read; ours have a hundred.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Asks the server of this machine whether it is ready.
pub(crate) async fn healthcheck(settings: &Settings) -> Result<ExitCode> {
    let address = reachable(settings.listen);
    let Ok(asked) = tokio::time::timeout(WITHIN, ask(address)).await else {
        bail!("the server at {address} did not answer within {} seconds", WITHIN.as_secs());
    };
    let (status, answer) = asked.with_context(|| {
        format!("no server answers at {address}; is it running, and does it listen there (--listen, INKSTAND_LISTEN)?")
    })?;
    if status != StatusCode::OK {
        bail!("the server at {address} is not ready: {status}: {}", answer.trim());
    }
    say("ready")?;
    Ok(ExitCode::SUCCESS)
}

/// A server that listens on every address is asked on this machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(address: SocketAddr) -> Result<(StatusCode, String)> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request =
        Request::get("/readyz").header(header::HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), LONGEST_ANSWER).collect().await;
    connection.abort();
    let body = body.map_err(|fault| anyhow::anyhow!("its answer cannot be read: {fault}"))?;
    Ok((status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_means_this_machine() {
        let check =
            |listen: &str, asked: &str| assert_eq!(reachable(listen.parse().unwrap()).to_string(), asked);
        check("0.0.0.0:8080", "127.0.0.1:8080");
        check("[::]:80", "[::1]:80");
        check("192.0.2.7:8080", "192.0.2.7:8080");
    }
}
