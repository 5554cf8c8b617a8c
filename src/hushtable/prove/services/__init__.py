"""The other AWS services that an app calls."""
