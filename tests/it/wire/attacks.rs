//! What clients do that mean harm, and what it costs: see [`Strain`] for what is measured.

use std::{net::Ipv4Addr, time::Duration};

use inkstand_tests::{Database, Inkstand, Served, Strain, TestDatabase, connect_from, strained};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// The host that attacks come from.
const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);

async fn served() -> (TestDatabase, Served) {
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = Inkstand::on(&database).serve().await;
    (database, served)
}

/// The bounds are wide, since this machine may have other work; the figures are printed.
fn bearable(strain: &Strain) {
    assert_eq!(strain.lost, 0, "{strain}");
    assert!(strain.worst() < Duration::from_secs(2), "{strain}");
    assert!(strain.memory < 50_000_000, "{strain}");
}

#[tokio::test]
async fn half_sent_heads() {
    let (_database, served) = served().await;
    let server = served.client.address;
    let attack = async {
        let mut streams: Vec<TcpStream> = Vec::new();
        for _ in 0..400 {
            let mut stream = connect_from(ATTACKER, server).await.unwrap();
            stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-half: ").await.unwrap();
            streams.push(stream);
        }
        streams
    };
    let (_streams, strain) = strained(&served, "400 half-sent heads", attack).await;
    bearable(&strain);
}
