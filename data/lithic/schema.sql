-- A card programme of five relations: accounts are the tenants; users, cards and spending profiles belong to one.
--
-- Foreign keys carry no ON DELETE and no ON UPDATE, as the source describes them. "Never compared" there are a
-- card's account with its user's account and with its spending profile's account.
CREATE TABLE accounts (
    id serial,
    name varchar(255) NOT NULL,
    lithic_account_token varchar(255),
    status varchar(50) NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE accounts IS 'Companies: the tenants.';
CREATE TABLE users (
    id serial,
    account_id integer NOT NULL,
    email varchar(255) NOT NULL,
    first_name varchar(100) NOT NULL,
    last_name varchar(100) NOT NULL,
    role varchar(50) NOT NULL DEFAULT 'cardholder',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE users IS 'Cardholders and administrators of an account.';
CREATE TABLE spending_profiles (
    id serial,
    account_id integer NOT NULL,
    name varchar(255) NOT NULL,
    daily_limit numeric(10,2),
    monthly_limit numeric(10,2),
    allowed_categories text[],
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE spending_profiles IS 'Limits that several cards of an account can share.';
CREATE TABLE cards (
    id serial,
    account_id integer NOT NULL,
    user_id integer NOT NULL,
    spending_profile_id integer,
    lithic_card_token varchar(255),
    last_four varchar(4) NOT NULL,
    status varchar(50) NOT NULL DEFAULT 'active',
    spend_limit numeric(10,2),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE cards IS 'Payment cards; without a spending profile the limit of the card counts.';
