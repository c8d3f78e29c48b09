//! The plan of `fix`: what it holds for each platform and each cause, what it never does, and how it is shown.

mod causes;
mod command;
mod declarations;
mod faults;
mod guix;
mod hostile;
mod platforms;
mod properties;
mod script;
mod shown;
#[path = "../common/untested.rs"]
mod untested;
