//! Names of folders in a pack: valid on every system, and distinct where case and accents do not
//! count.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

/// The longest name, in UTF-16 code units. Windows accepts 260 for a whole path, and a file below
/// the folder takes up to 80 of them.
const LONGEST_NAME: usize = 80;
/// Names that Windows keeps for devices, with and without an extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Devices with a number. The superscript digits count as digits.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// The names given to the folders beside each other.
#[derive(Default)]
pub(crate) struct FolderNames {
    /// As compared by a system that ignores case.
    taken: BTreeSet<String>,
}

impl FolderNames {
    /// Returns a name like `wanted` that no other folder has.
    pub fn name(&mut self, wanted: &str) -> String {
        let plain = valid(wanted);
        let mut name = plain.clone();
        let mut number = 1;
        while !self.taken.insert(folded(&name)) {
            number += 1;
            name = format!("{plain}-{number}");
        }
        name
    }
}

/// Returns the valid name that is closest to `wanted`; a slug mostly is one already.
fn valid(wanted: &str) -> String {
    let plain: String = wanted
        .nfc()
        .map(|c| match c {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    let mut room = LONGEST_NAME;
    let fits = |c: &char| match room.checked_sub(c.len_utf16()) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    let short: String = plain.trim_start().chars().take_while(fits).collect();
    match short.trim_end_matches([' ', '.']) {
        "" => "untitled".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_lowercase();
    let has_number = |device: &&str| {
        let number = stem.strip_prefix(*device).unwrap_or_default();
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(has_number)
}

/// Returns what is equal for two names that a system might take for one: case is folded, and
/// composed and decomposed letters are the same.
fn folded(name: &str) -> String {
    let upper: String = name.nfc().collect::<String>().to_uppercase();
    // Lower case makes a sigma at the end of a word another letter.
    let lower = upper.to_lowercase().replace('ς', "σ");
    lower.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_stays_as_it_is() {
        let mut names = FolderNames::default();
        for slug in [
            "cold-chain",
            "große-gewicht",
            "手順書",
            "contents",
            "com10",
            "nul-test",
            "lpt",
        ] {
            assert_eq!(names.name(slug), slug);
        }
    }

    #[test]
    fn devices_of_windows_are_no_names() {
        for device in [
            "con", "PRN", "aux", "nul", "com1", "COM9", "lpt0", "com¹", "nul.txt", "con .",
        ] {
            let name = valid(device);
            assert!(
                name.starts_with('_') && !is_device(&name),
                "{device}: {name}"
            );
        }
    }

    #[test]
    fn characters_that_windows_refuses_are_replaced() {
        assert_eq!(valid("a<b>c:d\"e/f\\g|h?i*j\tk"), "a-b-c-d-e-f-g-h-i-j-k");
        assert_eq!(
            valid(" ends in dots and spaces. . "),
            "ends in dots and spaces"
        );
        assert_eq!(valid(".."), "untitled");
        assert_eq!(valid(""), "untitled");
    }

    #[test]
    fn long_names_end_between_two_letters() {
        for letter in ["x", "é", "手", "𠀀"] {
            let name = valid(&letter.repeat(300));
            assert!(name.encode_utf16().count() <= LONGEST_NAME);
            assert!(name.len() <= 255, "longer than ext4 accepts");
            assert!(name.starts_with(letter));
        }
    }

    #[test]
    fn twins_get_numbers() {
        let mut names = FolderNames::default();
        let twins = ["Größe", "größe", "gro\u{308}ße", "GRÖSSE", "größe-2"];
        let given = twins.map(|name| names.name(name));
        assert_eq!(
            given,
            ["Größe", "größe-2", "größe-3", "GRÖSSE-4", "größe-2-2"]
        );
        let sigma = ["λογος", "λογοσ", "ΛΟΓΟΣ"].map(|name| names.name(name));
        assert_eq!(sigma, ["λογος", "λογοσ-2", "ΛΟΓΟΣ-3"]);
        let distinct: BTreeSet<_> = given
            .iter()
            .chain(&sigma)
            .map(|name| folded(name))
            .collect();
        assert_eq!(distinct.len(), given.len() + sigma.len());
    }
}
