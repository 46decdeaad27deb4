//! Names to numbers, exactly as Vowpal Wabbit hashes them, so that its models and ours speak of the same weights.
//!
//! MurmurHash3 (x86, 32 bit; Austin Appleby, public domain) of the feature's name, seeded with the hash of its
//! namespace's name. Nothing is masked here: the table that is indexed takes as many low bits as it has, and the
//! low bits of a cross depend on the low bits of its parts alone.

/// Vowpal Wabbit's fixed index of the bias feature.
pub(super) const BIAS: u32 = 11_650_396;

/// The FNV prime that Vowpal Wabbit crosses with.
const CROSS_PRIME: u32 = 16_777_619;

/// The index of the cross of two features. Not symmetric: the order of the parts counts.
#[inline]
pub(super) fn cross(first: u32, second: u32) -> u32 {
    first_of_cross(first) ^ second
}

/// What the first of two parts brings to the index of their cross; the second is added by exclusive or.
#[inline]
pub(super) fn first_of_cross(first: u32) -> u32 {
    first.wrapping_mul(CROSS_PRIME)
}

/// The seed that a namespace gives to the names of its features.
pub(super) fn namespace(name: &str) -> u32 {
    name_in(name, 0)
}

/// The index of a name. One that is all digits is taken as that number, which Vowpal Wabbit does for the sake of
/// data that is numbered already.
pub(super) fn name_in(name: &str, seed: u32) -> u32 {
    let trimmed = trimmed(name.as_bytes());
    if trimmed.iter().all(u8::is_ascii_digit) {
        let number = trimmed.iter().fold(0u32, |n, byte| n.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')));
        return number.wrapping_add(seed);
    }
    murmur3(trimmed, seed)
}

/// A name without the spaces and control characters around it. They are single bytes, so that no other is taken apart.
fn trimmed(mut name: &[u8]) -> &[u8] {
    while let [b'\0'..=b' ', rest @ ..] | [rest @ .., b'\0'..=b' '] = name {
        name = rest;
    }
    name
}

/// MurmurHash3 (x86, 32 bit).
pub(super) fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let mut hash = seed;
    let mut blocks = bytes.chunks_exact(4);
    for block in &mut blocks {
        let word = u32::from_le_bytes([block[0], block[1], block[2], block[3]]);
        hash = (hash ^ scramble(word)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    let tail = blocks.remainder().iter().rev().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
    // A remainder of nothing scrambles to 0, so it needs no case of its own.
    hash ^= scramble(tail);
    // The algorithm is defined with a 32-bit length.
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn scramble(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

/// FNV-1a over 64 bits: the checksum of model files and the first step of an event's draw.
pub(super) fn fnv1a(bytes: &[u8], basis: u64) -> u64 {
    bytes.iter().fold(basis, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The offset basis of FNV-1a.
pub(super) const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): every bit of the input moves every bit of the output.
pub(super) fn mix(mut state: u64) -> u64 {
    state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: u32 = (1 << 18) - 1;

    /// Facts from the one public model that a real Personalizer loop exported (18 bits).
    #[test]
    fn names_get_the_indices_that_the_old_service_gave_them() {
        let index = |space: &str, name: &str| name_in(name, namespace(space)) & MASK;
        assert_eq!(BIAS & MASK, 116_060);
        assert_eq!(index("FromUrl", "browser_typeedge"), 9_317);
        assert_eq!(index("FromUrl", "dietary_preferences{'vegetarian',_'vegan'}"), 247_208);
        assert_eq!(index("i", "constant"), 26_051);
        assert_eq!(index("i", "idveg_platter"), 134_897);
        assert_eq!(index("attributes", "price"), 106_123);
        assert_eq!(index("dietary_attributes", "vegan"), 53_634);
    }

    #[test]
    fn crosses_get_the_indices_that_the_old_service_gave_them() {
        let index = |space: &str, name: &str| name_in(name, namespace(space));
        let evening = index("FromUrl", "time_of_dayevening");
        assert_eq!(cross(index("FromUrl", "browser_typeedge"), evening) & MASK, 312);
        let bao = index("i", "idbao");
        assert_eq!(cross(index("FromUrl", "application_typemobile_app"), bao) & MASK, 749);
        assert_eq!(cross(bao, bao) & MASK, 201_618);
    }

    #[test]
    fn what_surrounds_a_name_is_not_part_of_it() {
        assert_eq!(trimmed("\t\u{1} \u{a0}é b\n ".as_bytes()), "\u{a0}é b".as_bytes());
        assert_eq!(trimmed(b" \0 "), b"");
    }

    #[test]
    fn a_name_of_digits_is_its_number() {
        assert_eq!(name_in("42", 7), 49);
        assert_ne!(name_in("42a", 7), 49);
    }
}
