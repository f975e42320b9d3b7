-- What the application does to the Lithic demo; the notation is that of white_cross/workload.sql.

-- Planted: one query lists cards, and one look-up per row follows: N + 1.
-- times: 3
SELECT id, user_id, last_four FROM cards ORDER BY id LIMIT 500
--;
-- each: SELECT user_id FROM cards ORDER BY id LIMIT 1500
SELECT id, email FROM users WHERE id = %s
--;
-- each: SELECT id FROM accounts
SELECT id, last_four, status FROM cards WHERE account_id = %s AND status = 'active'
--;
-- each: SELECT id FROM users ORDER BY id LIMIT 200
SELECT id, last_four FROM cards WHERE user_id = %s
--;
-- each: SELECT id FROM spending_profiles
SELECT count(*) FROM cards WHERE spending_profile_id = %s
--;
-- each: SELECT id FROM accounts
SELECT id, email FROM users WHERE account_id = %s
--;
-- each: SELECT id FROM accounts
SELECT id, name FROM spending_profiles WHERE account_id = %s
