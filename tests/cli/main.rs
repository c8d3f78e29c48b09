//! The command line as a person and a program meet it: its words, its exit codes, its errors.

mod attach;
mod bad_input;
mod completions;
mod exit_codes;
mod fleet;
mod hosts;
mod human;
mod invocation;
mod output_file;
mod redaction;
mod reports;
mod schemas;
mod streams;
