//! Article templates: definitions, versions, completeness.
