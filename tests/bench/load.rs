//! The load: wrk, a public tool, with a script that goes through the prepared requests.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::process::Server;

const SCRIPT: &str = r#"
local requests = {}
local at = 0
function init(args)
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", "/graphql", { ["content-type"] = "application/json" }, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("MEASURED %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.errors.status, failed))
end
"#;

/// What a round gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Microseconds of the server's processor time for each request.
    pub(crate) cpu: f64,
    /// Bytes of the server's resident memory afterwards.
    pub(crate) memory: u64,
}

/// Prepares the tool.
pub(crate) struct Load {
    script: PathBuf,
    seconds: u64,
}

impl Load {
    pub(crate) fn prepare(folder: &Path, seconds: u64) -> Result<Self> {
        Command::new("wrk").arg("-v").output().context("wrk is missing: apt-get install wrk")?;
        let script = folder.join("load.lua");
        std::fs::write(&script, SCRIPT)?;
        Ok(Self { script, seconds })
    }

    /// Sends the requests of a file, one a line, over and over.
    pub(crate) fn run(&self, server: &Server, requests: &Path, connections: u32) -> Result<Measured> {
        let before = server.cpu()?;
        let output = Command::new("wrk")
            .args(["-t1", &format!("-c{connections}"), &format!("-d{}s", self.seconds), "--timeout", "30s"])
            .arg("-s")
            .arg(&self.script)
            .arg(format!("http://127.0.0.1:{}/graphql", server.port))
            .arg("--")
            .arg(requests)
            .output()?;
        let cpu = server.cpu()? - before;
        let text = String::from_utf8_lossy(&output.stdout);
        let Some(line) = text.lines().find_map(|line| line.strip_prefix("MEASURED ")) else {
            bail!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr));
        };
        let numbers = line.split(' ').map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?;
        let [answered, micros, p50, p99, refused, failed] = numbers[..] else { bail!("wrk says {line}") };
        ensure!(
            refused == 0.0 && failed == 0.0 && answered > 0.0,
            "{refused} refused, {failed} failed: {text}"
        );
        Ok(Measured {
            per_second: answered / (micros / 1e6),
            p50: p50 / 1e3,
            p99: p99 / 1e3,
            cpu: cpu.as_secs_f64() * 1e6 / answered,
            memory: server.memory()?,
        })
    }
}

/// The median of several rounds, number by number.
pub(crate) fn median(rounds: &[Measured]) -> Measured {
    let of = |number: fn(&Measured) -> f64| {
        let mut numbers: Vec<f64> = rounds.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Measured {
        per_second: of(|round| round.per_second),
        p50: of(|round| round.p50),
        p99: of(|round| round.p99),
        cpu: of(|round| round.cpu),
        memory: rounds.iter().map(|round| round.memory).max().unwrap_or(0),
    }
}
