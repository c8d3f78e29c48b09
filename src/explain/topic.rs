//! What a word on the command line names: a page, or a cause on one.

use crate::catalogue;

/// A page to show, whole or only as far as one cause is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Topic {
    /// The page's id.
    pub id: &'static str,
    /// What the page says.
    pub title: &'static str,
    /// The page in Markdown.
    pub body: &'static str,
    /// The cause that was asked for.
    pub cause: Option<&'static str>,
}

/// The page of a check, a neighbour, an error or a cause.
pub fn topic(word: &str) -> Option<Topic> {
    page(word).or_else(|| {
        let of_check = catalogue::cause(word).map(|(page, cause)| (page.id, cause.id));
        let of_neighbour = || catalogue::cause_of_neighbour(word).map(|(page, cause)| (page.id, cause.id));
        let of_error = || {
            catalogue::errors()
                .find(|(_, error)| error.id == word)
                .map(|(page, error)| (page, error.causes.first().map_or("", |suspect| suspect.cause)))
        };
        let (id, cause) = of_check.or_else(of_neighbour).or_else(of_error)?;
        let topic = page(id)?;
        let cause = topic.body.contains(&format!("\n### {cause}\n")).then_some(cause);
        Some(Topic { cause, ..topic })
    })
}

fn page(id: &str) -> Option<Topic> {
    let of_check =
        catalogue::page(id).map(|page| Topic { id: page.id, title: page.title, body: page.body, cause: None });
    of_check.or_else(|| {
        let page = catalogue::neighbour(id)?;
        Some(Topic { id: page.id, title: page.title, body: page.body, cause: None })
    })
}
