//! The parameters of a URL, each known and given once.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;

use super::error::ApiError;
use super::query::{check_release, quoted};
use super::served::Served;

/// What stands behind the question mark, as a handler gets it.
pub(super) type Asked = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// Parameters by name.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes those of `known`, and `release`, which must be the one that is served.
    pub fn parse(asked: Asked, served: &Served, known: &[&str]) -> Result<Self, ApiError> {
        let Query(given) = asked.map_err(|error| ApiError::bad_request(error.body_text()))?;
        for (index, (name, _)) in given.iter().enumerate() {
            if given[..index].iter().any(|(earlier, _)| earlier == name) {
                let name = quoted(name);
                return Err(ApiError::bad_request(format!("Give the parameter {name} once.")));
            }
            if name != "release" && !known.contains(&name.as_str()) {
                let there_are: String = known.iter().map(|name| format!("{name}, ")).collect();
                return Err(ApiError::bad_request(format!(
                    "There is no parameter {} here; there are {there_are}release.",
                    quoted(name)
                )));
            }
        }
        let parameters = Self(given);
        if let Some(release) = parameters.get("release") {
            check_release(served, release)?;
        }
        Ok(parameters)
    }

    /// All that were given, as they were.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}
