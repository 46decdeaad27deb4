//! The wire contract of v1.0 as request and answer pairs, written from the contract.
