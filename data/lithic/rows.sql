-- Rows of the Lithic demo: 50 accounts with 12 users, 4 profiles and 80 cards each.
INSERT INTO accounts (id, name, lithic_account_token, created_at, updated_at)
SELECT n, 'Company ' || n, CASE WHEN n % 10 > 0 THEN md5('account' || n)::uuid::text END, t, t + interval '1 day'
FROM generate_series(1, 50) AS n, LATERAL (SELECT timestamptz '2025-01-01' + make_interval(days => n)) AS c (t);

INSERT INTO users (id, account_id, email, first_name, last_name, role, created_at, updated_at)
SELECT n, 1 + (n - 1) % 50, 'user' || n || '@example.org', 'First' || n, 'Last' || n,
       CASE WHEN n <= 50 THEN 'admin' ELSE 'cardholder' END, t, t + interval '1 day'
FROM generate_series(1, 600) AS n, LATERAL (SELECT timestamptz '2025-02-01' + make_interval(hours => n)) AS c (t);

INSERT INTO spending_profiles (id, account_id, name, daily_limit, monthly_limit, allowed_categories, created_at, updated_at)
SELECT n, 1 + (n - 1) % 50, 'Profile ' || n, CASE WHEN n % 3 > 0 THEN 100 + n END, CASE WHEN n % 4 > 0 THEN 2000 + n END,
       CASE WHEN n % 2 = 0 THEN ARRAY['travel', 'meals'] END, t, t + interval '1 day'
FROM generate_series(1, 200) AS n, LATERAL (SELECT timestamptz '2025-02-01' + make_interval(hours => n)) AS c (t);

-- Planted: ten cards belong to the account after their user's, seven use a profile of the account after theirs, five
-- name a user and four a profile that is gone.
INSERT INTO cards (id, account_id, user_id, spending_profile_id, lithic_card_token, last_four, status, spend_limit, created_at, updated_at)
SELECT n, 1 + (n - 1) % 50,
       CASE WHEN n % 800 = 13 THEN 900 + n ELSE 1 + (n - 1 + CASE WHEN n % 430 = 17 THEN 49 ELSE 0 END) % 50 + 50 * (n / 50 % 12) END,
       CASE WHEN n % 1000 = 21 THEN 700 + n WHEN n % 570 = 19 THEN 1 + n % 50 WHEN n % 3 > 0 THEN 1 + (n - 1) % 50 + 50 * (n / 50 % 4) END,
       CASE WHEN n % 20 > 0 THEN md5('card' || n)::uuid::text END, lpad((n * 7919 % 10000)::text, 4, '0'),
       CASE WHEN n % 9 = 0 THEN 'inactive' WHEN n % 40 = 0 THEN 'closed' ELSE 'active' END,
       CASE WHEN n % 3 = 0 THEN 500 + n % 100 END, t, t + interval '1 day'
FROM generate_series(1, 4000) AS n, LATERAL (SELECT timestamptz '2025-03-01' + make_interval(hours => n)) AS c (t);

SELECT setval('accounts_id_seq', 50), setval('users_id_seq', 600), setval('spending_profiles_id_seq', 200), setval('cards_id_seq', 4000);
