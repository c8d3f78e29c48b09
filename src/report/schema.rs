//! JSON Schema of each output, made from the types that are written.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// The schema of what `T` is written as, which carries `identifier` in its `schema` member.
pub fn of<T: JsonSchema>(identifier: &str) -> Schema {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), identifier.into());
    if let Some(member) = schema.pointer_mut("/properties/schema").and_then(serde_json::Value::as_object_mut) {
        member.insert("const".to_owned(), identifier.into());
    }
    schema
}
