//! People in rooms, some of whom type. Counts deliveries and measures delays and CPU time.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::spawn_local;
use tokio::time::timeout;

use super::client::{self, FrameReader, FrameWriter, Typist, mark, marks};
use super::measure::PATIENCE;
use super::server::{Room, Server};

/// How fast each writer types.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Strokes per second.
    PerSecond(u32),
    /// As fast as possible, with at most this many strokes that a neighbour has not seen yet.
    Window(usize),
}

/// Who is there and what they do.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    pub rooms: usize,
    pub people: usize,
    pub typing: usize,
    pub pace: Pace,
    pub strokes: u32,
}

/// The results.
pub struct Figures {
    /// Server CPU time per delivery.
    pub per_delivery: Duration,
    /// Deliveries per second of server CPU time.
    pub per_cpu_second: f64,
    /// From sent to received.
    pub median: Duration,
    pub p99: Duration,
}

/// What the people in one room have seen of each other.
struct Seen {
    /// When each stroke of each writer was sent.
    sent: Vec<Vec<Instant>>,
    /// One permit for each stroke of a writer that the next person has seen.
    windows: Vec<Rc<Semaphore>>,
}

impl Crowd {
    /// Opens all connections, lets people type, and waits until everyone has everything.
    pub async fn run(self, server: &mut Server) -> Figures {
        let rooms = server.rooms(self.rooms).await;
        self.run_in(server, &rooms).await
    }

    /// The same, in existing rooms.
    pub async fn run_in(self, server: &Server, rooms: &[Room]) -> Figures {
        let mut readers = Vec::new();
        let mut writers = Vec::new();
        for (number, room) in rooms.iter().enumerate() {
            let seen = Rc::new(RefCell::new(self.nothing_seen()));
            for person in 0..self.people {
                let (reader, writer, _) = client::open(server, room).await;
                readers.push(spawn_local(self.read(person, reader, seen.clone())));
                writers.push((number, person, writer, seen.clone()));
            }
        }
        let before = server.cpu();
        let mut typing = Vec::new();
        let mut idle = Vec::new();
        for (room, person, writer, seen) in writers {
            if person < self.typing {
                typing.push(spawn_local(self.write(room, person, writer, seen)));
            } else {
                idle.push(writer);
            }
        }
        for writer in typing {
            idle.push(writer.await.unwrap());
        }
        let mut delays = Vec::new();
        for reader in readers {
            delays.extend(reader.await.unwrap());
        }
        let used = server.cpu() - before;
        delays.sort_unstable();
        Figures {
            per_delivery: used / u32::try_from(delays.len()).unwrap(),
            per_cpu_second: delays.len() as f64 / used.as_secs_f64().max(0.005),
            median: Duration::from_micros(delays[delays.len() / 2].into()),
            p99: Duration::from_micros(delays[delays.len() * 99 / 100].into()),
        }
    }

    fn nothing_seen(&self) -> Seen {
        let window = match self.pace {
            Pace::PerSecond(_) => 0,
            Pace::Window(window) => window,
        };
        Seen {
            sent: vec![Vec::new(); self.typing],
            windows: (0..self.typing)
                .map(|_| Rc::new(Semaphore::new(window)))
                .collect(),
        }
    }

    async fn write(
        self,
        room: usize,
        person: usize,
        mut writer: FrameWriter,
        seen: Rc<RefCell<Seen>>,
    ) -> FrameWriter {
        let mut typist = Typist::new((1 + room * self.people + person) as u64 * 1_000_003);
        let window = seen.borrow().windows[person].clone();
        let mut pace = match self.pace {
            Pace::PerSecond(strokes) => {
                let beat = Duration::from_secs(1) / strokes;
                // Writers start at different times.
                let place = (room * self.typing + person) as u32;
                tokio::time::sleep(beat / 97 * (place * 31 % 97)).await;
                Some(tokio::time::interval(beat))
            }
            Pace::Window(_) => None,
        };
        for stroke in 0..self.strokes {
            match &mut pace {
                Some(pace) => drop(pace.tick().await),
                None => {
                    let permit = timeout(PATIENCE, window.acquire()).await;
                    permit.expect("the neighbour sees").unwrap().forget();
                }
            }
            let update = typist.types(&mark(person, stroke));
            seen.borrow_mut().sent[person].push(Instant::now());
            if pace.is_none() && window.available_permits() > 0 && writer.waiting() < 4096 {
                // There is more to send: it goes out in one packet, as from a busy client.
                writer.add_update(&update);
                continue;
            }
            writer.update(&update).await;
        }
        writer.send().await;
        writer
    }

    /// Reads until nothing is missing. Returns the delay of each stroke in microseconds.
    async fn read(
        self,
        person: usize,
        mut reader: FrameReader,
        seen: Rc<RefCell<Seen>>,
    ) -> Vec<u32> {
        let mut next = vec![0u32; self.typing];
        if person < self.typing {
            next[person] = self.strokes;
        }
        let mut delays = Vec::new();
        while next.iter().any(|next| *next < self.strokes) {
            let heard = reader.hear(|frame| {
                let now = Instant::now();
                let seen = seen.borrow();
                for (writer, stroke) in marks(frame) {
                    if next.get(writer) != Some(&stroke) {
                        continue;
                    }
                    next[writer] += 1;
                    let delay = now - seen.sent[writer][stroke as usize];
                    delays.push(u32::try_from(delay.as_micros()).unwrap_or(u32::MAX));
                    if person == (writer + 1) % self.people {
                        seen.windows[writer].add_permits(1);
                    }
                }
            });
            let heard = timeout(PATIENCE, heard).await;
            assert!(
                heard.is_ok_and(|heard| heard),
                "{} strokes came to {person}",
                next.iter().sum::<u32>()
            );
        }
        delays
    }
}
