-- Functions that make rows. They live in the schema demo, which the build drops when the rows are there.
--
-- Everything is a hash of a row's number and a salt: two builds give the same rows, and a parent's values can be
-- computed from its number without reading it.
CREATE SCHEMA demo;

-- "Now" of the generated data: dates lie in the 400 days before it, or shortly after.
CREATE FUNCTION demo.today() RETURNS timestamptz IMMUTABLE PARALLEL SAFE
RETURN TIMESTAMPTZ '2025-11-03 08:00:00+00';

-- A number from 0 to k - 1.
CREATE FUNCTION demo.pick(n bigint, salt bigint, k integer) RETURNS integer IMMUTABLE PARALLEL SAFE
RETURN (abs(hashint8extended(n, salt) % k))::integer;

CREATE FUNCTION demo.word(n bigint, salt bigint, words text[]) RETURNS text IMMUTABLE PARALLEL SAFE
RETURN words[1 + abs(hashint8extended(n, salt) % cardinality(words))];

CREATE FUNCTION demo.id(table_name text, n bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE
RETURN md5(table_name || n)::uuid;

CREATE FUNCTION demo.first_name(n bigint, salt bigint) RETURNS text IMMUTABLE PARALLEL SAFE
RETURN demo.word(n, salt, '{Ava,Ben,Carla,Dario,Elena,Farid,Grace,Hugo,Ines,Jonas,Kira,Liam,Maya,Noah,Olga,Priya,Quinn,Rosa,
Samuel,Tara,Umar,Vera,Wade,Ximena,Yusuf,Zoe,Aisha,Bruno,Celia,Dmitri}');

CREATE FUNCTION demo.last_name(n bigint, salt bigint) RETURNS text IMMUTABLE PARALLEL SAFE
RETURN demo.word(n, salt, '{Abbott,Becker,Castro,Dupont,Evans,Fischer,Garcia,Hansen,Ibrahim,Jensen,Kowalski,Lopez,Murphy,Nguyen,
Okafor,Patel,Quist,Rossi,Schmidt,Tanaka,Ueda,Vargas,Walker,Xu,Young,Zimmer,Allen,Brown,Clark,Diaz,Ellis,Ford}');

CREATE FUNCTION demo.sentence(n bigint, salt bigint) RETURNS text IMMUTABLE PARALLEL SAFE
RETURN demo.word(n, salt, '{Nurse noted,Parent reported,Teacher observed,Student described,Physician confirmed,Staff recorded}')
    || ' ' || demo.word(n, salt + 1, '{mild,recurring,sudden,improving,unchanged,seasonal,severe}')
    || ' ' || demo.word(n, salt + 2, '{headache,cough,stomach pain,rash,dizziness,fever,sprain,nosebleed,asthma symptoms,fatigue}')
    || ' ' || demo.word(n, salt + 3, '{before class,after recess,during gym,at lunch,on the bus,after medication,in the morning}')
    || ', case ' || n || '.';

-- Which district a school or a member of staff belongs to, and who is the nurse of a school.
CREATE FUNCTION demo.school_district(school bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN 1 + (school - 1) % 24;
CREATE FUNCTION demo.user_school(n bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN 1 + (n - 1) % 180;
CREATE FUNCTION demo.student_school(student bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN 1 + demo.pick(student, 101, 180);
CREATE FUNCTION demo.nurse(student bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE
RETURN demo.id('users', demo.student_school(student) + 180 * demo.pick(student, 102, 2));
CREATE FUNCTION demo.staff(district bigint, i bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE
RETURN demo.id('users', district + 24 * (i % 7));

-- The number of the student, visit or conversation that a row belongs to.
CREATE FUNCTION demo.student(n bigint, salt bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN 1 + demo.pick(n, salt, 12000);
CREATE FUNCTION demo.record_student(health_record bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN demo.student(health_record, 111);
CREATE FUNCTION demo.visit_student(visit bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN demo.student(visit, 112);
CREATE FUNCTION demo.conversation(message bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN 1 + demo.pick(message, 113, 2500);
CREATE FUNCTION demo.tenant(conversation bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN 1 + conversation % 24;

-- Rows deleted softly: one student in 61, one conversation in 97, with all that belongs to them.
CREATE FUNCTION demo.student_deleted(student bigint) RETURNS timestamptz IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN student % 61 = 0 THEN demo.today() - make_interval(days => demo.pick(student, 121, 30)) END;
CREATE FUNCTION demo.conversation_deleted(conversation bigint) RETURNS timestamptz IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN conversation % 97 = 0 THEN demo.today() - make_interval(days => demo.pick(conversation, 122, 30)) END;

-- Return the expression that fills a column which demo.fill was told nothing about.
CREATE FUNCTION demo.expression(table_name text, name text, type text, size integer, rows integer) RETURNS text
LANGUAGE plpgsql STABLE AS $function$
DECLARE
    salt bigint := hashtext(table_name || '.' || name);
    key text := lower(replace(name, '_', ''));
    later constant text := '(end|complet|resol|expir|due|followup|next|review|until|checkout|deliver|acknowl|'
        'withdraw|click|lastread|receiveddate|expected|verif|signed|submitted|synced|result|edited|notified)';
BEGIN
    IF type LIKE 'enum_%' OR type LIKE '"enum_%' THEN
        -- The labels as a constant: enum_range would read the catalog again for each row.
        RETURN (SELECT format('(%L::%s[])[1 + demo.pick(n, %s, %s)]', array_agg(enumlabel ORDER BY enumsortorder), type,
                              salt, count(*)) FROM pg_enum WHERE enumtypid = type::regtype);
    END IF;
    RETURN CASE
        WHEN key = 'id' THEN format('demo.id(%L, n)', table_name)
        WHEN key = 'createdat' THEN format('demo.today() - interval ''400 days'' * (%s - n + 1) / %s', rows, rows)
        WHEN key = 'updatedat' THEN format('created + make_interval(secs => demo.pick(n, %s, 900000))', salt)
        WHEN key = 'deletedat' THEN 'NULL'
        WHEN type IN ('timestamp with time zone', 'timestamp without time zone', 'date') AND key ~ later
            THEN format('created + make_interval(mins => 60 + demo.pick(n, %s, 86000))', salt)
        WHEN key ~ '^onset' THEN format('created - make_interval(days => 40 + demo.pick(n, %s, 300))', salt)
        WHEN type IN ('timestamp with time zone', 'timestamp without time zone', 'date')
            THEN format('created - make_interval(mins => demo.pick(n, %s, 1400))', salt)
        WHEN type LIKE 'time %' THEN format('make_time(demo.pick(n, %s, 24), 0, 0)', salt)
        WHEN type = 'boolean' AND key ~ '(active|enabled|allow|success|editable)' THEN format('demo.pick(n, %s, 12) > 0', salt)
        WHEN type = 'boolean' THEN format('demo.pick(n, %s, 5) = 0', salt)
        WHEN type IN ('integer', 'smallint', 'bigint') THEN format('demo.pick(n, %s, 90)', salt)
        WHEN type = 'double precision' OR type LIKE 'numeric%' THEN format('demo.pick(n, %s, 99000) / 1000.0', salt)
        WHEN type = 'uuid' THEN format('md5(%L || n)::uuid', table_name || name)
        WHEN type IN ('json', 'jsonb') THEN format(
            'json_build_object(''source'', demo.word(n, %s, ''{web,mobile,import}''), ''score'', demo.pick(n, %s, 1000))',
            salt, salt + 1)
        WHEN type = 'uuid[]' THEN format('ARRAY[md5(%L || n)::uuid]', name)
        WHEN type LIKE '%[]' THEN format('ARRAY[demo.word(n, %s, ''{urgent,routine,annual}''), ''item-'' || n]', salt)
        WHEN key ~ 'email' THEN format('lower(demo.last_name(n, %s)) || n || ''@example.org''', salt)
        WHEN key ~ '(phone|contactinfo)' THEN format('''+1-555-'' || lpad(demo.pick(n, %s, 10000000)::text, 7, ''0'')', salt)
        WHEN key ~ 'firstname' THEN format('demo.first_name(n, %s)', salt)
        WHEN key ~ 'lastname' THEN format('demo.last_name(n, %s)', salt)
        WHEN key ~ '(provider|username|principal|diagnosedby|screenedby|measuredby|signedby|contactname|byname|'
            'prescribedby|prescribername|administeredby|witnessname|recipientname|withdrawnby|issuedto)$'
            THEN format('demo.first_name(n, %s) || '' '' || demo.last_name(n, %s)', salt, salt + 1)
        WHEN key ~ 'npi' THEN format('(1000000000 + demo.pick(n, %s, 900000000))::text', salt)
        WHEN key ~ 'ipaddress' THEN format('''10.'' || demo.pick(n, %s, 250) || ''.'' || demo.pick(n, %s, 250) || ''.7''',
            salt, salt + 1)
        WHEN key ~ '(url|endpoint|photo|location)' THEN format('''https://files.example.org/%s/'' || n', table_name)
        WHEN key ~ 'city' THEN format('demo.word(n, %s, ''{Ashford,Brookdale,Clayton,Dunmore,Easton,Fairview,Glenwood}'')', salt)
        WHEN key = 'state' THEN format('demo.word(n, %s, ''{CA,NY,TX,OH,WA,OR}'')', salt)
        WHEN key ~ 'zip' THEN format('lpad(demo.pick(n, %s, 99999)::text, 5, ''0'')', salt)
        WHEN key ~ 'address' THEN format('(1 + demo.pick(n, %s, 999)) || '' '' || demo.last_name(n, %s) || '' Street''', salt, salt + 1)
        WHEN key ~ '(password|secret|token|apikey|signaturedata)' THEN format('md5(%L || n) || md5(n || %L)', name, name)
        WHEN key ~ '(name|title|subject)$' THEN format('initcap(%L) || '' '' || n', replace(table_name, '_', ' '))
        WHEN size BETWEEN 1 AND 60 THEN format('left(upper(%L) || ''-'' || n, %s)', left(name, 4), size)
        WHEN size > 0 THEN format('left(demo.sentence(n, %s), %s)', salt, size)
        ELSE format('demo.sentence(n, %s)', salt)
    END;
END $function$;

-- Fill a table with generated rows. Each line of ``special`` reads "column = expression in n", n being the row's
-- number from 1 on and created its createdAt; "@student = number" stands for a student's studentId and for
-- deletedAt, if the table has it. One in five values of a nullable column is NULL unless the column is special.
CREATE FUNCTION demo.fill(table_name text, rows integer, special text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $function$
DECLARE
    given jsonb := (SELECT coalesce(jsonb_object_agg(split_part(trim(line), ' = ', 1),
                                                     substr(trim(line), strpos(trim(line), ' = ') + 3)), '{}')
                    FROM regexp_split_to_table(special, E'\n') AS line WHERE strpos(line, ' = ') > 0);
    student text := given ->> '@student';
    names text;
    expressions text;
    created text := format('(demo.today() - interval ''400 days'' * (%s - n + 1) / %s)', rows, rows);
BEGIN
    IF student IS NOT NULL THEN
        given := jsonb_build_object('studentId', format('demo.id(''students'', %s)', student),
                                    'deletedAt', format('demo.student_deleted(%s)', student)) || given;
    END IF;
    -- Nothing is deleted before it was made; greatest() would take a row that lives for deleted.
    IF given ? 'deletedAt' THEN
        given := given || jsonb_build_object('deletedAt', format(
            'CASE WHEN (%1$s) IS NOT NULL THEN greatest(%1$s, created + interval ''10 minutes'') END', given ->> 'deletedAt'));
    END IF;
    SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum),
           string_agg(format('(%s)::%s', coalesce(given ->> a.attname, CASE
               WHEN a.attnotnull OR a.attname IN ('deletedAt') THEN e.expression
               ELSE format('CASE WHEN demo.pick(n, %s, 5) > 0 THEN %s END', hashtext(table_name || a.attname || '?'),
                           e.expression) END), format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
    INTO names, expressions
    FROM pg_attribute a
    CROSS JOIN LATERAL demo.expression(table_name, a.attname, format_type(a.atttypid, NULL),
        CASE WHEN a.atttypid = 'varchar'::regtype THEN a.atttypmod - 4 ELSE 0 END, rows) AS e (expression)
    WHERE a.attrelid = format('public.%I', table_name)::regclass AND a.attnum > 0 AND a.attidentity = '';
    -- OFFSET 0 keeps "created" from being computed again for each column that mentions it.
    EXECUTE format('INSERT INTO public.%I (%s) SELECT %s FROM (SELECT n, %s AS created FROM generate_series(1, %s) AS n OFFSET 0) AS c',
                   table_name, names, expressions, created, rows);
END $function$;
