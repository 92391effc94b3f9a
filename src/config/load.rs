//! Loading settings: defaults, overridden by the file, the environment and the command line.

use std::path::Path;

use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Provider};
use serde::Serialize;

use super::{Config, ConfigError};

/// Concerns with a table of their own; `LECTERN_HTTP_…` belongs to table `http`.
const CONCERNS: [&str; 7] = [
    "http",
    "identity",
    "live",
    "log",
    "organisation",
    "pool",
    "store",
];

/// Loads the settings. `given` has those from the command line, which take precedence.
///
/// # Errors
/// [`ConfigError::Invalid`] names the first setting that is unknown or invalid, and its source.
pub fn load(file: Option<&Path>, given: impl Serialize) -> Result<Config, ConfigError> {
    let environment = Env::prefixed("LECTERN_").map(|name| nested(name.as_str()).into());
    read(file, environment, given)
}

fn read(
    file: Option<&Path>,
    environment: impl Provider,
    given: impl Serialize,
) -> Result<Config, ConfigError> {
    let mut sources = Figment::from(Serialized::defaults(Config::default()));
    if let Some(file) = file {
        if !file.is_file() {
            return Err(ConfigError::FileNotFound(file.to_owned()));
        }
        sources = sources.merge(Toml::file_exact(file));
    }
    let sources = sources
        .merge(environment)
        .merge(Serialized::defaults(given));
    sources
        .extract()
        .map_err(|error| ConfigError::Invalid(explain(&error)))
}

/// Returns the path of a setting by its variable: `http_body_limit` means `http.body_limit`.
fn nested(name: &str) -> String {
    let name = name.to_lowercase();
    let concern = CONCERNS.iter().find_map(|concern| {
        let rest = name.strip_prefix(concern)?.strip_prefix('_')?;
        Some(format!("{concern}.{rest}"))
    });
    concern.unwrap_or(name)
}

fn explain(error: &figment::Error) -> String {
    let path = error.path.join(".");
    let variable = format!("LECTERN_{}", path.replace('.', "_").to_uppercase());
    let from = error
        .metadata
        .as_ref()
        .map(|data| data.name.to_string())
        .unwrap_or_default();
    let setting = if path.is_empty() {
        String::new()
    } else {
        format!("{path} ({variable}): ")
    };
    let origin = if from.is_empty() {
        from
    } else {
        format!(", from {from}")
    };
    format!("{setting}{}{origin}", error.kind)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use serde_json::{Value, json};

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn environment(values: Value) -> impl Provider {
        Serialized::defaults(values)
    }

    #[test]
    fn the_command_line_overrides_the_environment_which_overrides_the_file() {
        let file = file("data = 'a'\n[http]\nbody_limit = 7\nrequest_timeout_s = 3");
        let environment = environment(json!({"data": "b", "http": {"body_limit": 8}}));
        let config = read(Some(file.path()), environment, json!({"data": "c"})).unwrap();
        assert_eq!(config.data, PathBuf::from("c"));
        assert_eq!(config.http.body_limit, 8);
        assert_eq!(config.http.request_timeout_s, 3);
    }

    #[test]
    fn variables_map_to_their_concern() {
        assert_eq!(nested("HTTP_BODY_LIMIT"), "http.body_limit");
        assert_eq!(nested("PUBLIC_URL"), "public_url");
        assert_eq!(nested("STORE_CACHE"), "store.cache");
    }

    #[test]
    fn a_time_zone_is_read_and_checked() {
        let file = file("[organisation]\ntime_zone = 'Pacific/Auckland'");
        let config = read(Some(file.path()), environment(json!({})), json!({})).unwrap();
        assert_eq!(config.organisation.time_zone.name(), "Pacific/Auckland");
        let config = read(None, environment(json!({})), json!({})).unwrap();
        assert_eq!(config.organisation.time_zone.name(), "UTC");
        assert_eq!(nested("ORGANISATION_TIME_ZONE"), "organisation.time_zone");
        let unknown = environment(json!({"organisation": {"time_zone": "Mars/Olympus"}}));
        let error = read(None, unknown, json!({})).unwrap_err().to_string();
        for part in ["LECTERN_ORGANISATION_TIME_ZONE", "Mars/Olympus", "IANA"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn an_invalid_setting_is_named_with_its_variable() {
        let environment = environment(json!({"http": {"body_limit": "much"}}));
        let error = read(None, environment, json!({})).unwrap_err().to_string();
        assert!(error.contains("LECTERN_HTTP_BODY_LIMIT"), "{error}");
        let file = file("colour = 'red'");
        let error = read(
            Some(file.path()),
            Serialized::defaults(json!({})),
            json!({}),
        );
        let error = error.unwrap_err().to_string();
        assert!(error.contains("colour"), "{error}");
    }

    #[test]
    fn trusted_proxies_are_a_list_or_a_text() {
        let file = file("trusted_proxies = ['10.0.0.0/8', '2001:db8::/32']");
        let config = read(Some(file.path()), environment(json!({})), json!({})).unwrap();
        let trusts = |config: &Config, text: &str| config.is_trusted_proxy(text.parse().unwrap());
        assert!(trusts(&config, "10.1.2.3") && trusts(&config, "::ffff:10.1.2.3"));
        assert!(trusts(&config, "2001:db8::1") && !trusts(&config, "127.0.0.1"));
        for text in ["127.0.0.1", " 127.0.0.1, 10.0.0.0/8 ", "127.0.0.0/8,"] {
            let given = environment(json!({"trusted_proxies": text}));
            let config = read(None, given, json!({})).unwrap();
            assert!(trusts(&config, "127.0.0.1") && !trusts(&config, "192.0.2.1"));
        }
        let wrong = environment(json!({"trusted_proxies": "proxy.example"}));
        let error = read(None, wrong, json!({})).unwrap_err().to_string();
        assert!(error.contains("proxy.example"), "{error}");
        assert!(error.contains("LECTERN_TRUSTED_PROXIES"), "{error}");
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let error = load(Some(Path::new("no-such.toml")), json!({})).unwrap_err();
        assert!(matches!(error, ConfigError::FileNotFound(_)));
    }
}
