-- Keys and indexes of the Lithic demo.
ALTER TABLE accounts ADD PRIMARY KEY (id);
ALTER TABLE users ADD PRIMARY KEY (id);
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
ALTER TABLE spending_profiles ADD PRIMARY KEY (id);
ALTER TABLE cards ADD PRIMARY KEY (id);

-- Planted: none of the five relations says what a DELETE shall do.
ALTER TABLE users ADD CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id);
ALTER TABLE spending_profiles ADD CONSTRAINT spending_profiles_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id);
ALTER TABLE cards ADD CONSTRAINT cards_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id);
-- Planted: two keys are NOT VALID; five rows would fail the one and four the other.
ALTER TABLE cards ADD CONSTRAINT cards_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
ALTER TABLE cards ADD CONSTRAINT cards_spending_profile_id_fkey FOREIGN KEY (spending_profile_id)
    REFERENCES spending_profiles (id) NOT VALID;

CREATE INDEX users_account_id ON users (account_id);
CREATE INDEX spending_profiles_account_id ON spending_profiles (account_id);
CREATE INDEX cards_account_id ON cards (account_id);
CREATE INDEX cards_user_id ON cards (user_id);
CREATE INDEX cards_spending_profile_id ON cards (spending_profile_id);
