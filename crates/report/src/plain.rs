//! Text of others, made harmless.

/// One line without anything that a terminal would obey: line ends and tabs become spaces, other control
/// characters and those that turn the direction of writing are spelled out.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '\n' | '\r' | '\t' => plain.push(' '),
            _ if character.is_control() || turns_direction(character) => {
                plain.extend(character.escape_unicode())
            }
            _ => plain.push(character),
        }
    }
    plain
}

/// JSON leaves the control characters from 0x7f to 0x9f as they are; terminals obey some of them.
#[must_use]
pub fn json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' || turns_direction(character) {
            safe.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Unicode's bidirectional controls: what follows is shown in another order than it is.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(plain(text), expected);
    }

    #[test]
    fn what_a_terminal_would_obey() {
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("a\u{9b}2Jb\u{7}\u{8}", "a\\u{9b}2Jb\\u{7}\\u{8}");
        check("\u{202e}gnp.exe", "\\u{202e}gnp.exe");
        check("one\ntwo\tthree\r\n", "one two three");
    }

    #[test]
    fn letters_of_all_kinds_stay() {
        check("größe-λ 模型 🦀", "größe-λ 模型 🦀");
    }

    #[test]
    fn json_stays_the_same_document() {
        let text = serde_json::to_string("a\u{9b}b\u{1b}\u{202e}").expect("a string is JSON");
        let safe = json(&text);
        assert_eq!(safe, "\"a\\u009bb\\u001b\\u202e\"");
        assert_eq!(serde_json::from_str::<String>(&safe).expect("JSON"), "a\u{9b}b\u{1b}\u{202e}");
    }
}
