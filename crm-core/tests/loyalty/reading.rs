//! Statements, standings and liability.
