//! Stands between the server and its database, and can be cut off or stand still as a database does.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::Duration,
};

/// How the database behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Behaviour {
    Works,
    /// Killed: connections end, new ones are refused.
    Gone,
    /// Stopped, or behind a network that is gone: connections stay, and nothing comes.
    StandsStill,
    /// It does what it is told, and its answers do not come.
    Mute,
}

pub struct Proxy {
    pub addr: SocketAddr,
    behaviour: Arc<AtomicU8>,
}

impl Proxy {
    pub fn start(database: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("its address");
        let behaviour = Arc::new(AtomicU8::new(Behaviour::Works as u8));
        let now = behaviour.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if now.load(Ordering::SeqCst) == Behaviour::Gone as u8 {
                    continue;
                }
                let server = TcpStream::connect(&database).expect("the database of the test run");
                let clone = |stream: &TcpStream| stream.try_clone().expect("another handle");
                pass_on(clone(&client), clone(&server), now.clone(), &[Behaviour::StandsStill]);
                pass_on(server, client, now.clone(), &[Behaviour::StandsStill, Behaviour::Mute]);
            }
        });
        Self { addr, behaviour }
    }

    pub fn behave(&self, behaviour: Behaviour) {
        self.behaviour.store(behaviour as u8, Ordering::SeqCst);
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, now: Arc<AtomicU8>, stops: &'static [Behaviour]) {
    from.set_read_timeout(Some(Duration::from_millis(20))).expect("a time limit");
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while may_pass(&now, stops) {
            match from.read(&mut buffer) {
                Ok(0) => break,
                // What was on its way arrives, though late, and also when its sender has hung up.
                Ok(n) if may_pass(&now, stops) && to.write_all(&buffer[..n]).is_ok() => {}
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                }
                _ => break,
            }
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    });
}

/// Waits while the behaviour is one of `stops`; `false` when connections end.
fn may_pass(now: &AtomicU8, stops: &[Behaviour]) -> bool {
    loop {
        let behaviour = now.load(Ordering::SeqCst);
        if !stops.iter().any(|stop| *stop as u8 == behaviour) {
            return behaviour != Behaviour::Gone as u8;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
