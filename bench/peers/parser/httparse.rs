//! A function of C for the Rust crate httparse; main.go says how to build it.

use std::mem::MaybeUninit;

/// Returns the length of the request head at the front of the n bytes at b; 0 if
/// it is incomplete or refused.
///
/// # Safety
///
/// The bytes have to be there.
#[no_mangle]
pub unsafe extern "C" fn httparse_request(b: *const u8, n: usize) -> usize {
    let mut fields = [MaybeUninit::<httparse::Header>::uninit(); 64];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(std::slice::from_raw_parts(b, n), &mut fields) {
        Ok(httparse::Status::Complete(taken)) => taken,
        _ => 0,
    }
}
