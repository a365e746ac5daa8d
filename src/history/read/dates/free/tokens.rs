//! A date's text in numbers, words and signs, and the place up to which it was read.

use super::super::names::{Word, fold, meaning};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A number and how many digits it has.
    Number(u64, usize),
    Word(String),
    Sign(char),
    Blank,
}

/// Numbers, words and signs of a text; remarks in parentheses are passed over.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut all = Vec::new();
    let mut chars = text.chars().flat_map(fold).peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' => {
                let (mut value, mut digits) = (u64::from(c as u32 - 48), 1);
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    chars.next();
                    (value, digits) = (value.checked_mul(10)?.checked_add(u64::from(digit))?, digits + 1);
                }
                all.push(Token::Number(value, digits));
            }
            ' ' => {
                if all.last() != Some(&Token::Blank) {
                    all.push(Token::Blank);
                }
            }
            // A remark, such as the name of a zone or the day of the week.
            '(' => while chars.next()? != ')' {},
            // Signs that are words of their own beside numbers.
            '年' | '月' | '日' | '時' | '时' | '点' | '點' | '分' | '秒' | '년' | '월' | '일' | '시'
            | '초'
                if !matches!(all.last(), Some(Token::Word(_)))
                    && matches!(last_but_blanks(&all), Some(Token::Number(..))) =>
            {
                all.push(Token::Sign(c));
            }
            c if c.is_alphabetic() => {
                let mut word = String::from(c);
                // Thai abbreviates with a point behind each letter.
                let thai = ('\u{e00}'..='\u{e7f}').contains(&c);
                while let Some(c) = chars.next_if(|c| c.is_alphabetic() || (thai && *c == '.')) {
                    word.extend(Some(c).filter(|c| *c != '.'));
                }
                all.push(Token::Word(word));
            }
            c => all.push(Token::Sign(c)),
        }
    }
    Some(all)
}

fn last_but_blanks(tokens: &[Token]) -> Option<&Token> {
    tokens.iter().rev().find(|token| **token != Token::Blank)
}

/// How far a text was read.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub tokens: &'a [Token],
    pub at: usize,
    pub text: &'a str,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn peek_behind_blanks(&self) -> Option<&Token> {
        self.tokens.get(self.at..)?.iter().find(|token| **token != Token::Blank)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    /// Passes blanks.
    pub(super) fn blanks(&mut self) {
        while self.peek() == Some(&Token::Blank) {
            self.at += 1;
        }
    }

    /// Passes this sign, with blanks around it.
    pub(super) fn sign(&mut self, sign: char) -> bool {
        let before = self.at;
        self.blanks();
        let found = self.peek() == Some(&Token::Sign(sign));
        if found {
            self.at += 1;
            self.blanks();
        } else {
            self.at = before;
        }
        found
    }

    /// Passes what may stand between the parts of a date.
    pub(super) fn filler(&mut self, signs: &str) {
        loop {
            match self.peek() {
                Some(Token::Blank) => {}
                Some(Token::Sign(c)) if signs.contains(*c) => {}
                Some(Token::Word(word)) if matches!(meaning(word), Some(Word::Between)) => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    pub(super) fn number(&mut self) -> Option<(u32, usize)> {
        match self.next()? {
            Token::Number(value, digits) if digits <= 4 => Some((value as u32, digits)),
            _ => None,
        }
    }

    pub(super) fn two_digits(&mut self) -> Option<u32> {
        match self.next()? {
            Token::Number(value, 2) => Some(value as u32),
            _ => None,
        }
    }
}
