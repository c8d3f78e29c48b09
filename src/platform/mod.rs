//! One file a distribution family: how it ships the helper and how it wants things mended. Pure.
