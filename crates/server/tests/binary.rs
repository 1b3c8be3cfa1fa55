//! That the binary is there. Everything else about it is tested in the package `inkstand-tests`, which uses the one
//! that cargo builds for this test: cargo builds a package's binary only where that has a test of its own.

#[test]
fn the_binary_says_its_version() {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_inkstand")).arg("--version").output().unwrap();
    assert_eq!(output.stdout, format!("inkstand {}\n", env!("CARGO_PKG_VERSION")).into_bytes());
}
