"""The tables and what is done with each, and the reasons for which the shop itself reads past their owners."""

from app.records import Address, Card, Claim, Order, Product, Profile, Review, Session, User
from hushtable.guard import KeyRing, LocalCipher, Store, System, Table

keys = KeyRing.from_environment()
store = Store(keys=keys, cipher=LocalCipher(keys))

users = Table(
    User,
    store,
    operations=["get", "query", "scan", "put", "update", "delete"],
    credentials=["password_hash"],
)
sessions = Table(Session, store, operations=["get", "put", "delete"])
orders = Table(Order, store, operations=["get", "query", "put", "update"], filters=["postcode"])
profiles = Table(Profile, store, operations=["get", "put"])
addresses = Table(Address, store, operations=["query", "put"])
cards = Table(Card, store, operations=["put"])
claims = Table(Claim, store, operations=["get", "put", "delete"])
products = Table(Product, store, operations=["get", "get_many", "query", "put", "ready"])
reviews = Table(Review, store, operations=["query"])

SIGNING = System("nobody is signed in while signing up, in, or resetting a password")
ADMIN = System("administrators manage everybody's account")
STAFF = System("staff see where parcels go and how far orders are")
OTHERS = System("customers find each other by their handle")
