"""Sign and check: keys, proofs of credentials, status lists, PDF. The one package that knows the crypto libraries."""
