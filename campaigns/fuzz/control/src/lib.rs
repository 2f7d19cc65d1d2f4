//! What the fuzz targets share.

mod bytes;

pub use bytes::Bytes;
