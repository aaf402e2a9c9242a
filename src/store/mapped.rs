//! Files that are mapped into memory instead of being read.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file that is never written again once it has its name.
///
/// # Errors
/// Where it can't be opened or mapped.
pub(super) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    #[expect(
        unsafe_code,
        reason = "a map is only sound while nobody changes the file; what is mapped here is renamed into \
                  its place and never written again"
    )]
    // SAFETY: see the reason above.
    unsafe {
        Mmap::map(&file)
    }
}
