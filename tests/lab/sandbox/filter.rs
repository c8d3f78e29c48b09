//! Seccomp filters that refuse a single call.

use std::io;

use nix::libc;

/// A call that is refused: its number, one argument by which it is told from others, and what becomes of it.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// The number of the call.
    pub call: libc::c_long,
    /// Which argument, and its value.
    pub argument: Option<(u32, u32)>,
    /// The error that it gives; without one, whoever makes it is killed.
    pub errno: Option<i32>,
}

impl Filter {
    /// Puts the filter on the calling thread, which may do so without `no_new_privs` while it is root's.
    pub fn put_on(self) -> io::Result<()> {
        let load = |offset| operation(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset);
        let unless = |value, skipped| operation(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, skipped, value);
        let end = |action| operation(libc::BPF_RET | libc::BPF_K, 0, 0, action);
        let refuse = end(self.errno.map_or(libc::SECCOMP_RET_KILL_PROCESS, |errno| {
            libc::SECCOMP_RET_ERRNO | u32::try_from(errno).unwrap_or_default()
        }));
        let number = u32::try_from(self.call).map_err(io::Error::other)?;
        let allow = end(libc::SECCOMP_RET_ALLOW);
        let (argument, value) = self.argument.unwrap_or_default();
        let long = [load(0), unless(number, 3), load(16 + 8 * argument), unless(value, 1), refuse, allow];
        let short = [load(0), unless(number, 1), refuse, allow];
        let program: &[libc::sock_filter] = if self.argument.is_some() { &long } else { &short };
        let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_ptr().cast_mut() };
        // SAFETY: the kernel copies the program, which lives until the call returns.
        #[allow(unsafe_code, reason = "no crate here wraps seccomp(2)")]
        let done = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

const fn operation(code: u32, jt: u8, jf: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}
