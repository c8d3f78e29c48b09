//! Logs in which each line is an object in JSON: a journal's, and those of containers.

use serde_json::{Map, Value};

/// What a program wrote, as a log in plain text would have it: line by line, behind the program's name.
pub(super) fn lines(line: &str) -> Option<Vec<String>> {
    let record: Map<String, Value> =
        serde_json::from_str(line.trim().strip_prefix("data: ").unwrap_or(line.trim())).ok()?;
    let container = || record.get("stream").and_then(|_| record.get("log")?.as_str().map(str::to_owned));
    let message = record.get("MESSAGE").and_then(text).or_else(container)?;
    let speaker = speaker(&record).unwrap_or_default();
    Some(message.lines().map(|line| format!("{speaker}{line}")).collect())
}

/// A message that is not plain stands in a journal as its bytes.
fn text(message: &Value) -> Option<String> {
    match message {
        Value::String(text) => Some(text.clone()),
        Value::Array(bytes) => {
            let bytes: Option<Vec<u8>> = bytes.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
            Some(String::from_utf8_lossy(&bytes?).into_owned())
        }
        _ => None,
    }
}

fn speaker(record: &Map<String, Value>) -> Option<String> {
    let name = record.get("SYSLOG_IDENTIFIER").or_else(|| record.get("_COMM"))?.as_str()?;
    let id = record.get("_PID").and_then(Value::as_str).unwrap_or("1");
    Some(format!("{name}[{id}]: "))
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_record_is_what_its_program_wrote() {
        let journal = r#"{"_PID":"7","SYSLOG_IDENTIFIER":"vm.sh","MESSAGE":"a\n  b"}"#;
        assert_eq!(lines(journal).unwrap(), ["vm.sh[7]: a", "vm.sh[7]:   b"]);
        assert_eq!(lines(r#"{"MESSAGE":[104,105]}"#).unwrap(), ["hi"]);
        assert_eq!(lines(r#"{"log":"a\n","stream":"stderr","time":"t"}"#).unwrap(), ["a"]);
    }

    #[test]
    fn anything_else_is_none() {
        for other in
            [r#"{"msg":"a"}"#, r#"{"log":"a"}"#, r#"{"MESSAGE":[300]}"#, r#"{"MESSAGE":null}"#, "text", "[1]", "7"]
        {
            assert_eq!(lines(other), None, "{other}");
        }
    }
}
