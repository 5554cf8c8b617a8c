"""Tests of what a name says of sensitivity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.errors import ConfigError
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify, of_people, split_words

SURE = 0.5
"""From this confidence on, a name alone makes an attribute sensitive."""

POSITIVE = {
    ("credential", "password"): """
        password Password PASSWORD passwd pwd user_password userPassword UserPassword user-password
        passphrase passcode admin_pass db_pass userpassword newPassword smtp_password passwords
        password1 old_password_2 login_password pw""",
    ("credential", "password-hash"): """
        password_hash passwordHash PasswordHash PASSWORD_HASH hashed_password hashedPassword
        passwordhash hash_password pwd_hash pin_hash password_digest encrypted_password""",
    ("credential", "salt"): "salt password_salt",
    ("credential", "secret"): """
        secret client_secret clientSecret app_secret totp_secret mfaSecret webhook_secret
        signing_secret 2fa_secret otp_seed seed_phrase""",
    ("credential", "api-key"): """
        api_key apiKey apikey API_KEY APIKey secret_key secretKey SECRET_KEY secret_access_key
        aws_secret_access_key encryption_key signing_key stripe_api_key openai_api_key x-api-key
        session_key jwt_key""",
    ("credential", "access-key-id"): "access_key_id aws_access_key_id ssh_key license_key",
    ("credential", "private-key"): "private_key privateKey rsa_key ssh_private_key private_key_pem",
    ("credential", "token"): """
        token jwt access_token accessToken refresh_token refreshToken id_token bot_token reset_token
        password_reset_token verification_token invite_token oauth_token device_token fcm_token
        bearer_token auth_token github_token accesstoken email_verification_token magic_link
        unsubscribe_token telegram_bot_token reset_url authorization userAuthToken""",
    ("credential", "session"): "auth_session_id user_session_id session_cookie phpsessid",
    ("credential", "one-time-code"): """
        otp otp_code verification_code verificationCode mfa_code recovery_codes backup_codes
        auth_code card_pin security_pin_code reset_code invite_code totp""",
    ("credential", "security-answer"): "security_answer secret_answer password_hint",
    ("credential", "credentials"): "credentials aws_credentials service_account_json",
    ("credential", "connection-string"): """
        connection_string database_url db_url mongo_uri redis_url connectionString dsn""",
    ("credential", "webhook-url"): "webhook_url webhookUrl slack_webhook_url mattermostWebhooks",
    ("personal", "email"): """
        email Email e_mail email_address emailAddress userEmail user_email contact_email useremail
        owner_email billing_email email2 emails email_id recoveryEmail""",
    ("personal", "phone"): """
        phone phone_number phoneNumber mobile mobile_number telephone cell_phone home_phone
        whatsapp_number contact_number phones emergency_contact msisdn customer_phone""",
    ("personal", "address"): """
        address home_address shipping_address billingAddress street address_line_1 addressLine2
        street_address delivery_address addresses mailing_address""",
    ("personal", "postal-code"): "zip zip_code postal_code postalCode postcode pin_code",
    ("personal", "government-id"): """
        ssn SSN social_security_number national_id passport passport_number passportNo
        drivers_license
        driver_license_number tax_id taxId aadhaar cpf nric customer_ssn id_number ssn_last4
        licence_plate""",
    ("financial", "card-number"): "card_number cardNumber credit_card credit_card_number cc_number",
    ("financial", "card-security-code"): "cvv cvc card_cvv security_code",
    ("financial", "card"): "card_last4 card_expiry cardholder_name exp_month",
    ("financial", "bank-account"): """
        iban IBAN bank_account bank_account_number account_number accountNumber routing_number
        sort_code swift_code ifsc""",
    ("financial", "income"): "salary base_salary wage annual_income net_worth baseSalary",
    ("financial", "balance"): "balance account_balance wallet_balance credit_score credit_limit",
    ("health", "health"): """
        diagnosis medical_record_number medication prescriptions allergies blood_type bloodType
        medical_history health_insurance_number vaccination symptoms lab_results patient_id mrn""",
    ("personal", "birth-date"): "date_of_birth dateOfBirth dob DOB birth_date birthdate birthday",
    ("personal", "minor"): "child_name guardian_name children_names",
    ("personal", "person-name"): """
        first_name firstName last_name lastname full_name fullName surname middle_name maiden_name
        legal_name customer_name patient_name employee_name contact_name mother_maiden_name""",
    ("personal", "gender"): "gender sex pronouns",
    ("personal", "special-category"): """
        ethnicity religion sexual_orientation political_affiliation criminal_record race""",
    ("personal", "civil-status"): "marital_status nationality",
    (
        "personal",
        "biometric",
    ): "face_embedding fingerprint_template biometric_data voiceprint",
    ("personal", "location"): """
        latitude longitude lat lng gps_coordinates geolocation current_location
        last_known_location""",
    ("personal", "ip-address"): "ip_address ipAddress ip client_ip last_login_ip IPAddress",
    ("personal", "device-id"): "device_id deviceId imei mac_address device_fingerprint",
    ("internal", "staff-note"): "internal_notes internalNotes admin_notes staff_note agent_notes",
    (
        "internal",
        "margin",
    ): "cost_price costPrice margin profit_margin wholesale_price supplier_cost",
    ("internal", "risk"): "risk_score fraud_score fraudScore is_fraud trust_score churn_risk",
    ("internal", "account-control"): "failed_login_attempts stripe_customer_id cognito_sub",
}

NEGATIVE = tuple(
    """
    iv_access_token masked_credentials redacted_password
    access_token_life_time token_lifespan
    password_hash_algorithm password_changed_at passwordChangedAt password_updated_at
    password_expires_at password_policy password_length password_strength has_password
    require_password password_reset_required password_last_changed is_password_set
    secretary passenger passengers keyboard compass bypass passed passing description certainty
    uncertainty pinned pinterest spinner opinion shipping hashtag hashtags token_type tokenType
    token_count tokenCount max_tokens maxTokens input_tokens output_tokens total_tokens
    prompt_tokens completion_tokens totalTokens token_usage token_limit next_token nextToken
    page_token next_page_token continuation_token token_expires_at token_expiry access_token_ttl
    refresh_token_expires_in session_duration session_type session_name session_count
    csrf_token secret_name secret_arn secret_id secretsManager api_key_id api_key_name
    api_key_created_at api_key_prefix public_key publicKey primary_key partition_key sort_key
    hash_key range_key foreign_key cache_key idempotency_key s3_key object_key key keys value
    email_verified emailVerified email_verified_at email_sent email_template email_domain
    email_count email_notifications email_status is_email_verified send_email email_enabled
    phone_verified phoneVerified phone_type phone_verified_at has_phone mobile_app
    address_type addressType address_id contract_address server_address bind_address
    file_name filename fileName table_name tableName bucket_name product_name productName
    company_name companyName category_name role_name service_name event_name model_name
    field_name column_name host_name hostname server_name queue_name function_name domain_name
    status state type kind id user_id userId order_id tenant_id created_at createdAt updated_at
    version count total amount quantity price currency title slug tags image_url avatar_url
    pk sk PK SK gsi1pk GSI1SK entity_type ttl expires_at
    country_code language_code error_code status_code promo_code referral_code qr_code
    country_name currency_code country language locale timezone color size weight height
    brand category rating review_count stock sku barcode items metadata attributes settings
    hash checksum etag md5 sha256 content_hash algorithm signature salted
    card_type cardinality scorecard postcards discard dashboard
    balance_sheet load_balancer balanced rebalance health_check healthcheck health_status
    race_condition trace embrace_mode
    ip_version ship_to zip_file gzip zipped unzip mailing mail_template
    device_type device_model session_start cookie_consent
    dob_verified age_group_label page pages image stage usage package language_age
    tax_rate tax_amount margin_top margin_left
    otp_enabled mfa_enabled two_factor_enabled otp_attempts pin_attempts
    card_count wallet_count income_type salary_currency_code_id
    latitude_enabled location_id location_name voicemail
    subtotal latency platform translate flat plate_count template
    prefix suffix nickname_count token_symbol token_price
    cellar telescope motel hotel product_line_id storage_key jwt_audience token_env_var
    refresh_token_validity email_timezone webhook_triggered password_confirmed_at token_url
    genome_coverage onepassword_version secrets_manager_prefix tokenizer
""".split()  # noqa: SIM905  (a table of words)
)

WEAK = (
    "name",
    "username",
    "age",
    "city",
    "is_admin",
    "deleted_at",
    "tokens",
    "cache_write_tokens",
    "session_id",
    "sessionId",
    "sessionid",
    "sid",
)


@pytest.mark.parametrize(
    ("name", "category", "kind"),
    [(name, *said) for said, names in POSITIVE.items() for name in names.split()],
)
def test_sensitive_names(name: str, category: str, kind: str) -> None:
    """A name that says what it holds has its category and kind, with a reason."""
    found = classify(name)
    assert (found.category, found.kind) == (category, kind)
    assert found.confidence >= SURE
    assert found.reason.startswith("name contains '")


@pytest.mark.parametrize("name", NEGATIVE)
def test_names_that_only_look_sensitive(name: str) -> None:
    """A name that tells about a secret, or holds a word by chance, is public."""
    assert classify(name).category is Category.PUBLIC


@pytest.mark.parametrize("name", WEAK)
def test_weak_names(name: str) -> None:
    """A name that needs other evidence is sensitive with a low confidence."""
    found = classify(name)
    assert found.category is not Category.PUBLIC
    assert found.confidence < SURE


def test_the_table_is_large() -> None:
    """The tables above hold at least 250 names, with no name on both sides."""
    positive = {name for names in POSITIVE.values() for name in names.split()}
    assert len(positive) + len(set(NEGATIVE)) >= 250
    assert not positive & set(NEGATIVE)


@pytest.mark.parametrize(
    ("name", "table", "confidence"),
    [
        ("name", "users", 0.7),
        ("name", "Customers", 0.7),
        ("name", "app-user-profiles", 0.7),
        ("name", "", 0.4),
        ("name", "orders", 0.4),
        ("age", "patients", 0.7),
        ("lat", "drivers", 0.8),
        ("address", "users", 0.95),
        ("address", "stores", 0.45),
    ],
)
def test_whose_rows_they_are(name: str, table: str, confidence: float) -> None:
    """A table of people makes a name or an address surer, a table of things less sure."""
    found = classify(name, table=table)
    assert found.category is Category.PERSONAL
    assert found.confidence == pytest.approx(confidence)


@pytest.mark.parametrize(
    ("name", "table"),
    [("name", "products"), ("lat", "stores"), ("city", "venues"), ("display_name", "categories")],
)
def test_names_of_things_are_public(name: str, table: str) -> None:
    """The name and place of a thing are public."""
    assert classify(name, table=table).category is Category.PUBLIC


def test_tables_of_people() -> None:
    """`of_people` knows tables of people in any spelling."""
    assert all(map(of_people, ["users", "UserTable", "prod-customers-v2", "Staff"]))
    assert not any(map(of_people, ["orders", "", "useful_things", "products"]))


@pytest.mark.parametrize(
    ("name", "hint", "category", "kind"),
    [
        ("value", "SecretStr", Category.CREDENTIAL, "secret"),
        ("value", "pydantic.SecretStr | None", Category.CREDENTIAL, "secret"),
        ("reply_to", "Optional[EmailStr]", Category.PERSONAL, "email"),
        ("origin", "IPvAnyAddress", Category.PERSONAL, "ip-address"),
        ("payment", "PaymentCardNumber", Category.FINANCIAL, "card-number"),
        ("password", "bool", Category.PUBLIC, ""),
        ("email", "bool", Category.PUBLIC, ""),
        ("token", "int", Category.PUBLIC, ""),
        ("password", "datetime | None", Category.PUBLIC, ""),
        ("dob", "date", Category.PERSONAL, "birth-date"),
        ("is_fraud", "bool", Category.INTERNAL, "risk"),
        ("ssn", "int", Category.PERSONAL, "government-id"),
        ("title", "str", Category.PUBLIC, ""),
    ],
)
def test_types_speak(name: str, hint: str, category: Category, kind: str) -> None:
    """A type says what a value is, and excludes what it cannot be."""
    found = classify(name, hint=hint)
    assert (found.category, found.kind) == (category, kind)


DECLARED = {
    "users.nickname": "public",
    "nickname": "personal",
    "tax_*": "financial",
    "*.secret_*": "internal",
    "profile.locale": "personal",
    "email": "public",
}


@pytest.mark.parametrize(
    ("name", "table", "category", "why"),
    [
        ("nickname", "users", Category.PUBLIC, "declared as users.nickname"),
        ("nickname", "authors", Category.PERSONAL, "declared as nickname"),
        ("tax_code", "", Category.FINANCIAL, "declared as tax_*"),
        ("secret_level", "spies", Category.INTERNAL, "declared as *.secret_*"),
        ("profile.locale", "users", Category.PERSONAL, "declared as profile.locale"),
        ("contact.email", "users", Category.PUBLIC, "declared as email"),
        ("password", "users", Category.CREDENTIAL, "name contains 'password'"),
    ],
)
def test_declarations_win(name: str, table: str, category: Category, why: str) -> None:
    """What the user declares wins over what the name says, the closest declaration first."""
    found = classify(name, table=table, declared=DECLARED)
    assert (found.category, found.reason) == (category, why)
    assert found.confidence == (1.0 if why.startswith("declared") else found.confidence)


def test_an_unknown_category_is_refused() -> None:
    """A declared category that does not exist raises ConfigError."""
    with pytest.raises(ConfigError, match="top-secret"):
        classify("top-secret", declared={"top-secret": "very"})


def test_a_path_is_judged_by_its_last_part() -> None:
    """Of a dotted path the last name speaks."""
    assert classify("profile.email").kind == "email"
    assert classify("email.verified").category is Category.PUBLIC


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("userAPIKey2", ("user", "api", "key")),
        ("HTTPServer", ("http", "server")),
        ("x-api-key", ("x", "api", "key")),
        ("SCREAMING_SNAKE", ("screaming", "snake")),
        ("oauth2Token", ("oauth", "token")),
        ("", ()),
        ("123", ()),
    ],
)
def test_names_are_split(name: str, words: tuple[str, ...]) -> None:
    """Case changes, signs and digits part the words of a name."""
    assert split_words(name) == words


@given(st.text(max_size=300), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_judged(name: str, table: str, hint: str) -> None:
    """Any name, table and type give a sensitivity with a confidence from 0 to 1."""
    found = classify(name, table=table, hint=hint)
    assert isinstance(found, Sensitivity)
    assert 0 <= found.confidence <= 1
