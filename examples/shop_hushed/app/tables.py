"""The tables, and the reasons for which the shop itself reads past their owners."""

from app.records import Address, Card, Claim, Order, Product, Profile, Review, Session, User
from hushtable.guard import KeyRing, LocalCipher, Store, System, Table

keys = KeyRing.from_environment()
store = Store(keys=keys, cipher=LocalCipher(keys))

users = Table(User, store)
sessions = Table(Session, store)
orders = Table(Order, store)
profiles = Table(Profile, store)
addresses = Table(Address, store)
cards = Table(Card, store)
claims = Table(Claim, store)
products = Table(Product, store)
reviews = Table(Review, store)

SIGNING = System("nobody is signed in while signing up, in, or resetting a password")
ADMIN = System("administrators manage everybody's account")
STAFF = System("staff see where parcels go and how far orders are")
OTHERS = System("customers find each other by their handle")
