//! What clients do that mean harm, and what it costs: see [`Strain`] for what is measured.

use std::{net::Ipv4Addr, time::Duration};

use inkstand_tests::{Database, Inkstand, Served, Strain, TestDatabase, connect_from, strained};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

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

#[tokio::test]
async fn idle_sockets_of_one_host_and_of_many() {
    let (_database, served) = served().await;
    let server = served.client.address;
    let most = most_sockets();
    for hosts in [1, 50] {
        let attack = async {
            let mut streams = Vec::new();
            for i in 0..most {
                let host = Ipv4Addr::new(127, 0, 1, u8::try_from(i % hosts).unwrap());
                streams.push(connect_from(host, server).await.unwrap());
            }
            streams
        };
        let (_streams, strain) =
            strained(&served, &format!("{most} idle sockets of {hosts} hosts"), attack).await;
        bearable(&strain);
    }
}

#[tokio::test]
async fn slow_bodies() {
    let (_database, served) = served().await;
    let server = served.client.address;
    let attack = async {
        let mut streams = Vec::new();
        for _ in 0..120 {
            let mut stream = connect_from(ATTACKER, server).await.unwrap();
            let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                        content-length: 1000000\r\n\r\n{";
            stream.write_all(head.as_bytes()).await.unwrap();
            streams.push(tokio::spawn(async move {
                let (mut reading, mut writing) = stream.into_split();
                let trickle = async {
                    while writing.write_all(b" ").await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                    }
                    std::future::pending::<()>().await;
                };
                let mut told = vec![0; 12];
                tokio::select! {
                    read = reading.read_exact(&mut told) => { read.unwrap(); }
                    () = trickle => {}
                }
                String::from_utf8(told).unwrap()
            }));
        }
        for stream in streams {
            assert_eq!(stream.await.unwrap(), "HTTP/1.1 408");
        }
    };
    let ((), strain) = strained(&served, "120 bodies that trickle", attack).await;
    bearable(&strain);
    assert!(strain.took < Duration::from_secs(20), "{strain}");
}

#[tokio::test]
async fn http2_streams_that_are_reset_at_once() {
    let (_database, served) = served().await;
    let server = served.client.address;
    // In frames, since no client library lets a reset overtake what it has not written yet.
    let attack = async {
        let (mut reading, mut writing) = connect_from(ATTACKER, server).await.unwrap().into_split();
        let told = tokio::spawn(async move {
            let mut told = Vec::new();
            // Its end may come as a reset.
            let _ = reading.read_to_end(&mut told).await;
            told
        });
        // RFC 9113 §3.4, §6.5: the preface and no settings.
        writing.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        let mut reset = 0_u32;
        while reset < 100_000 {
            let mut frames = Vec::new();
            for _ in 0..50 {
                let id = (2 * reset + 1).to_be_bytes();
                // HEADERS with END_HEADERS: POST, http, /, and an authority, by the static table (RFC 7541, appendix A).
                let block = [0x83, 0x86, 0x84, 0x01, 0x01, b'x'];
                frames.extend([0, 0, 6, 0x01, 0x04].into_iter().chain(id).chain(block));
                // RST_STREAM with CANCEL.
                frames.extend([0, 0, 4, 0x03, 0x00].into_iter().chain(id).chain([0, 0, 0, 8]));
                reset += 1;
            }
            if writing.write_all(&frames).await.is_err() {
                break;
            }
        }
        (reset, told.await.unwrap())
    };
    let ((reset, told), strain) = strained(&served, "HTTP/2 streams reset at once", attack).await;
    bearable(&strain);
    println!("{reset} streams were reset until the server had enough");
    assert!(reset < 100_000, "the server ends it");
    // GOAWAY with ENHANCE_YOUR_CALM, where it arrived before the end.
    let goaway = told.windows(5).position(|frame| frame[3] == 0x07 && frame[..3] != [0, 0, 0]);
    println!("told {} bytes, GOAWAY at {goaway:?}", told.len());
}

#[tokio::test]
async fn a_flood_of_requests() {
    let (_database, served) = served().await;
    let server = served.client.address;
    let body =
        r#"{"query":"{ posts(first: 50) { totalCount nodes { title } } tags { name } site { title } }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let attack = async {
        let until = tokio::time::Instant::now() + Duration::from_secs(3);
        let mut clients = Vec::new();
        for _ in 0..400 {
            let request = request.clone();
            clients.push(tokio::spawn(async move {
                let (mut answered, mut refused) = (0, 0);
                while tokio::time::Instant::now() < until {
                    let Ok(mut stream) = connect_from(ATTACKER, server).await else { continue };
                    let mut told = String::new();
                    // Who is turned away at the door may find it shut.
                    if stream.write_all(request.as_bytes()).await.is_err()
                        || stream.read_to_string(&mut told).await.is_err()
                    {
                        refused += 1;
                        continue;
                    }
                    match told.get(9..12) {
                        Some("200") => answered += 1,
                        Some("503") => {
                            assert!(told.contains("retry-after: 1") && told.contains("OVERLOADED"), "{told}");
                            refused += 1;
                        }
                        // Made room for another.
                        None => refused += 1,
                        _ => panic!("{told}"),
                    }
                }
                (answered, refused)
            }));
        }
        let mut all = (0, 0);
        for client in clients {
            let (answered, refused) = client.await.unwrap();
            all = (all.0 + answered, all.1 + refused);
        }
        all
    };
    let ((answered, refused), strain) = strained(&served, "400 clients that ask on and on", attack).await;
    println!("{answered} answered, {refused} refused");
    bearable(&strain);
    assert!(answered > 0 && refused > 0, "{answered} answered, {refused} refused");
}

/// As many sockets as this process may have, with some left for other things; no more than an attack needs.
fn most_sockets() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(1024_usize).saturating_sub(200).min(4000) / 2
}
