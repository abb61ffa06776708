//! Generated names: what becomes of `generateName`. Pure; called by `metadata`.

/// Without vowels and look-alikes, so that no word appears by chance.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// How much of `generateName` is kept: five more make a DNS label.
const GENERATED_BASE: usize = 58;

/// `base` and five random characters.
pub(super) fn generate(base: &str) -> String {
    let mut end = base.len().min(GENERATED_BASE);
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    let random = uuid::Uuid::new_v4();
    let bytes = random.as_bytes();
    // Bytes 6 and 8 of a version 4 UUID carry fixed bits: the first five do not.
    let tail: String = bytes[..5].iter().map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()])).collect();
    format!("{}{tail}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_stay_dns_labels() {
        let name = generate(&"x".repeat(80));
        assert_eq!(name.len(), 63);
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{name}");
        assert_ne!(generate("a-"), generate("a-"));
        assert!(generate(&"é".repeat(40)).starts_with('é'));
    }
}
