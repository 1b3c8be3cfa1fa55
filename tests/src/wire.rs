//! A network between a server and its database, which can be cut.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use crate::{TestDatabase, own_postgres::place_of};

/// A way to PostgreSQL. Cut, it tells nobody: connections stay open, what is sent is taken, and nothing comes back.
pub struct Wire {
    address: SocketAddr,
    /// How often it was cut, and whether it is now.
    state: watch::Sender<(usize, bool)>,
    carrying: JoinHandle<()>,
}

impl Wire {
    /// A way to the server of `database`.
    ///
    /// # Panics
    /// Where the system has no sockets.
    pub async fn before(database: &TestDatabase) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (server, _) = place_of(&database.url_text);
        let (state, told) = watch::channel((0, false));
        let carrying = tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.expect("a connection");
                tokio::spawn(carry(near, server, told.clone()));
            }
        });
        Self { address, state, carrying }
    }

    /// The address of `database` by this way.
    #[must_use]
    pub fn url(&self, database: &TestDatabase) -> String {
        let (server, _) = place_of(&database.url_text);
        database.url_text.replacen(&format!(":{server}/"), &format!(":{}/", self.address.port()), 1)
    }

    /// Cuts it.
    pub fn cut(&self) {
        self.state.send_modify(|(cuts, is_cut)| (*cuts, *is_cut) = (*cuts + 1, true));
    }

    /// Mends it for connections that are made from now on; those from before stay as silent as they are.
    pub fn mend(&self) {
        self.state.send_modify(|(_, is_cut)| *is_cut = false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(mut near: TcpStream, server: u16, mut state: watch::Receiver<(usize, bool)>) {
    let (cuts, is_cut) = *state.borrow();
    let far = if is_cut { None } else { TcpStream::connect(("127.0.0.1", server)).await.ok() };
    if let Some(mut far) = far {
        let _ = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
        tokio::select! {
            _ = copy_bidirectional(&mut near, &mut far) => return,
            _ = state.wait_for(|(now, _)| *now > cuts) => {}
        }
        hold(near, Some(far)).await;
    } else {
        hold(near, None).await;
    }
}

/// Both ends stay open, until nobody tests any more.
async fn hold(near: TcpStream, far: Option<TcpStream>) {
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    drop((near, far));
}
