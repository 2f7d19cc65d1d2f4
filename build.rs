//! Build script of the addon: linker arguments that a Node-API module needs on each system.

fn main() {
    napi_build::setup();
}
