fn main() {
    println!("cargo::rustc-link-arg-bins=--emit-relocs");
}
