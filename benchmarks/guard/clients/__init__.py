"""One module for each client: what a service that uses it does from a request to JSON bytes."""
