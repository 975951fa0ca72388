//! How large a lesson may be. Generous for authors, tight enough that a hostile lesson costs no more than a hostile scenario.

use netlab::Duration;

/// Bytes of a lesson without its texts, also after its variables were filled in.
pub const LESSON_BYTES_MAX: usize = 1 << 20;
/// Bytes of the texts of one language.
pub const TEXTS_BYTES_MAX: usize = 256 << 10;
/// Texts of one language.
pub const TEXTS_MAX: usize = 1_000;
/// Characters of one text.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Languages of a lesson that is shared as a link.
pub const LANGUAGES_MAX: usize = 16;
/// Characters of the id of a step, goal, question, prediction or variable.
pub const ID_CHARS_MAX: usize = 40;
/// Steps.
pub const STEPS_MAX: usize = 32;
/// Hints of one step.
pub const HINTS_MAX: u64 = 8;
/// Goals. An object of a lesson has no more fields than [`scenario::json::FIELDS_MAX`].
pub const GOALS_MAX: usize = 48;
/// Questions.
pub const QUESTIONS_MAX: usize = 48;
/// Answers that a question offers or knows.
pub const CHOICES_MAX: usize = 12;
/// Predictions.
pub const PREDICTIONS_MAX: usize = 32;
/// Variables.
pub const VARIABLES_MAX: usize = 48;
/// Values that a variable may be chosen from.
pub const VALUES_MAX: usize = 200;
/// Characters of the value of a variable.
pub const VALUE_CHARS_MAX: usize = 200;
/// Characters of an expression.
pub const EXPRESSION_CHARS_MAX: usize = 200;
/// Predicates inside of each other.
pub const DEPTH_MAX: usize = 8;
/// Predicates in one list.
pub const PARTS_MAX: usize = 16;
/// Predicates of all goals and predictions together.
pub const PREDICATES_MAX: usize = 400;
/// The largest number that a goal counts to.
pub const COUNT_MAX: u64 = 1_000_000;
/// Characters of a text that a command's output is to contain.
pub const PRINTS_CHARS_MAX: usize = 200;
/// Nodes, links or parts of the page that a step highlights or lets be edited.
pub const LISTED_MAX: usize = 64;
/// Acts of a solution or of a wrong answer.
pub const ACTS_MAX: usize = 200;
/// Wrong answers.
pub const WRONG_MAX: usize = 32;
/// Faults that a hunt hides.
pub const FAULTS_MAX: u64 = 5;
/// For how long a lesson is played at most, in virtual time.
pub const LASTS_MAX: Duration = Duration::from_secs(3_600);
/// For how long a lesson is played if it does not say.
pub const LASTS: Duration = Duration::from_secs(600);
/// Moments that a world is run for at most while a lesson is judged without a page: a storm ends here.
pub const MOMENTS_MAX: u32 = 5_000_000;
/// Minutes that a lesson may be said to take.
pub const MINUTES_MAX: u64 = 240;
/// Characters of the name of a student.
pub const NAME_CHARS_MAX: usize = 80;
