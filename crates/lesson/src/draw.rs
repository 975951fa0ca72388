//! Other values for each student: variables, drawn from a seed, stand in the lesson's texts as `{name}` or as an expression of them.
//!
//! | module | what it is |
//! |---|---|
//! | [`value`] | numbers, texts, addresses |
//! | [`expression`] | `hosts(lan) - 1` |
//! | [`variables`] | what is drawn, from which values |
//! | [`fill`] | a text with its braces filled in |
//!
//! Drawn is before anything else is read: the rest of a lesson has no variables, and everything that stands in it, of the document
//! also, may have been a variable. Each variable has a random stream of its own, named after it, so that another variable more
//! changes no other value.

pub mod expression;
pub mod fill;
pub mod value;
pub mod variables;

pub use value::Value;
pub use variables::Drawing;
