//! What `acl` says about files, as a person and as a program sees it.

mod escapes;
mod exits;
mod golden;
mod hostile;
mod schema;
mod suggestions;
mod trees;
