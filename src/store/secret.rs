//! The register's secret on the disk: made where public figures are first wanted, its owner's alone.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Once;

use zeroize::Zeroizing;

use super::error::StoreError;
use super::{release, tree};
use crate::protect::RegisterSecret;

/// The secret's name in a register.
pub const SECRET: &str = "secret";

/// Opens the register's secret, or makes it where there is none and no release needs one.
///
/// # Errors
/// As [`check`]; [`StoreError::Io`].
pub fn open(register: &Path) -> Result<RegisterSecret, StoreError> {
    match find(register)? {
        Some(secret) => Ok(secret),
        None => make(register, &register.join(SECRET)),
    }
}

/// Looks whether the register's secret can be used, and makes none.
///
/// # Errors
/// [`StoreError::SecretLost`] where releases were made by a secret that is not this one: with another one
/// the same content would get fresh noise, and noise can be averaged away. [`StoreError::SecretOpen`] where
/// others may read it, [`StoreError::SecretDamaged`], [`StoreError::Io`].
pub fn check(register: &Path) -> Result<(), StoreError> {
    find(register).map(drop)
}

fn find(register: &Path) -> Result<Option<RegisterSecret>, StoreError> {
    let path = register.join(SECRET);
    let found = match fs::symlink_metadata(&path) {
        Ok(_) => Some(read(&path)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    let own = found.as_ref().map(RegisterSecret::fingerprint);
    for id in release::ids(register)? {
        let release = match release::read(register, &id) {
            Ok(release) => release,
            // Without a manifest it is no release; those of another form were made without a secret.
            Err(StoreError::NoRelease { .. } | StoreError::Format { .. }) => continue,
            Err(error) => return Err(error),
        };
        let used = release.manifest().build().protected.as_ref().map(|by| by.secret);
        if used.is_some() && used != own {
            return Err(StoreError::SecretLost { path, release: release.id().clone() });
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<RegisterSecret, StoreError> {
    let found = fs::symlink_metadata(path).map_err(StoreError::io("read", path))?;
    if !found.is_file() || found.permissions().mode() & 0o077 != 0 {
        return Err(StoreError::SecretOpen { path: path.to_owned() });
    }
    if found.len() != 32 {
        return Err(StoreError::SecretDamaged { path: path.to_owned() });
    }
    leave_memory_out_of_core_dumps();
    let mut bytes = Zeroizing::new([0; 32]);
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut *bytes));
    read.map_err(StoreError::io("read", path))?;
    Ok(RegisterSecret::copied_from(&bytes))
}

/// From now on a core dump of this process has none of its memory (core(5)). Elsewhere than on Linux, and where that
/// is refused, dumps stay what the system makes of them.
fn leave_memory_out_of_core_dumps() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(fs::write("/proc/self/coredump_filter", "0")));
}

/// Makes a secret aside and puts it in its place, unless another process was faster.
fn make(register: &Path, path: &Path) -> Result<RegisterSecret, StoreError> {
    let refuse = |error| StoreError::io("write", path)(error);
    leave_memory_out_of_core_dumps();
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| refuse(io::Error::other(error)))?;
    // A temporary file is its owner's alone from its first moment.
    let mut aside = tempfile::NamedTempFile::new_in(register).map_err(refuse)?;
    aside.write_all(&*bytes).and_then(|()| aside.as_file().sync_all()).map_err(refuse)?;
    match aside.persist_noclobber(path) {
        Ok(_) => tree::sync(register)?,
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(refuse(error.error)),
    }
    read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_made_once_for_its_owner_alone() {
        let register = tempfile::tempdir().unwrap();
        let made = open(register.path()).unwrap().fingerprint();
        assert_eq!(open(register.path()).unwrap().fingerprint(), made);
        let path = register.path().join(SECRET);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(register.path()).unwrap().count(), 1);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(open(other.path()).unwrap().fingerprint(), made);
    }

    #[test]
    fn is_refused_where_others_may_read_it_or_it_is_cut_off() {
        let register = tempfile::tempdir().unwrap();
        open(register.path()).unwrap();
        let path = register.path().join(SECRET);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = open(register.path()).err().unwrap().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        let refused = open(register.path()).err().unwrap();
        assert!(matches!(refused, StoreError::SecretDamaged { .. }), "{refused}");
    }
}
