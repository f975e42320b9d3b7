-- Rows of the White Cross demo; generator.sql explains demo.fill. Planted rows are marked with "planted".

-- A function called with a costly argument is inlined only where operators cost nothing; this halves the time.
SET cpu_operator_cost = 0;
SET jit = off;

-- Core
SELECT demo.fill('districts', 24, $$
    code = 'D' || lpad(n::text, 3, '0')
$$);
SELECT demo.fill('schools', 180, $$
    code = 'S' || lpad(n::text, 4, '0')
    districtId = demo.id('districts', demo.school_district(n))
    totalEnrollment = 200 + demo.pick(n, 1, 900)
$$);
-- Planted: users.schoolId has no foreign key, and three users name a school that is gone.
SELECT demo.fill('users', 1200, $$
    email = 'user' || n || '@example.org'
    role = CASE WHEN n <= 360 THEN 'NURSE' ELSE demo.word(n, 2, '{ADMIN,NURSE,SCHOOL_ADMIN,DISTRICT_ADMIN,VIEWER,COUNSELOR}') END
    schoolId = CASE WHEN n IN (401, 402, 403) THEN demo.id('schools', 9000 + n) WHEN n <= 360 OR n % 3 = 0 THEN demo.id('schools', demo.user_school(n)) END
    districtId = CASE WHEN n % 10 > 0 AND n NOT IN (401, 402, 403) THEN demo.id('districts', demo.school_district(demo.user_school(n))) END
    passwordResetToken = CASE WHEN n % 40 = 0 THEN md5('reset' || n) END
    passwordResetExpires = CASE WHEN n % 40 = 0 THEN demo.today() + interval '1 day' END
    emailVerificationToken = CASE WHEN n % 25 = 0 THEN md5('verify' || n) END
    lockoutUntil = CASE WHEN n % 90 = 0 THEN demo.today() + interval '1 hour' END
    failedLoginAttempts = CASE WHEN n % 30 = 0 THEN 5 ELSE 0 END
    lastSeenAt = demo.today() - make_interval(mins => demo.pick(n, 3, 5000))
$$);
-- Planted: twelve students belong to another district than their school does; "legacyCode" is never filled.
SELECT demo.fill('students', 12000, $$
    studentNumber = 'STU' || lpad(n::text, 6, '0')
    medicalRecordNum = 'MRN' || lpad((n * 7919 % 1000003)::text, 7, '0')
    ssn = CASE WHEN n % 4 > 0 THEN lpad(demo.pick(n, 4, 899)::text, 3, '0') || '-' || lpad(demo.pick(n, 5, 99)::text, 2, '0') || '-' || lpad(demo.pick(n, 6, 9999)::text, 4, '0') END
    grade = (1 + demo.pick(n, 7, 12))::text
    dateOfBirth = demo.today() - make_interval(years => 6 + demo.pick(n, 7, 12), days => demo.pick(n, 8, 360))
    enrollmentDate = demo.today() - make_interval(days => 1 + demo.pick(n, 9, 1500))
    nurseId = CASE WHEN n % 20 > 0 THEN demo.nurse(n) END
    schoolId = demo.id('schools', demo.student_school(n))
    districtId = demo.id('districts', 1 + (demo.school_district(demo.student_school(n)) - 1 + CASE WHEN n % 1090 = 7 THEN 1 ELSE 0 END) % 24)
    legacyCode = NULL
    createdBy = demo.nurse(n)
    updatedBy = CASE WHEN n % 3 = 0 THEN demo.nurse(n) END
    deletedAt = demo.student_deleted(n)
$$);
SELECT demo.fill('contacts', 1500, $$
    createdBy = demo.id('users', 1 + n % 1200)
    updatedBy = CASE WHEN n % 4 = 0 THEN demo.id('users', 1 + n % 1200) END
    deletedAt = CASE WHEN n % 70 = 0 THEN demo.today() - interval '9 days' END
$$);
-- Planted: eight students have two active primary contacts; contacts of one deleted student in ten stay live.
SELECT demo.fill('emergency_contacts', 24000, $$
    @student = 1 + (n - 1) % 12000
    relationship = demo.word(n, 11, '{mother,father,grandmother,grandfather,aunt,uncle,guardian}')
    priority = CASE WHEN n <= 12000 THEN 'PRIMARY' WHEN n % 3 = 0 THEN 'EMERGENCY_ONLY' ELSE 'SECONDARY' END
    isPrimary = n <= 12000 OR (n - 12000) % 1700 = 13
    isActive = n <= 12000 OR (n - 12000) % 1700 = 13 OR demo.pick(n, 12, 9) > 0
    deletedAt = CASE WHEN (1 + (n - 1) % 12000) % 610 > 0 THEN demo.student_deleted(1 + (n - 1) % 12000) END
$$);

-- Health records
-- Planted: twelve follow-ups lie before their record; records of one deleted student in ten stay live.
SELECT demo.fill('health_records', 40000, $$
    @student = demo.record_student(n)
    title = initcap(demo.word(n, 14, '{annual check,sick visit,injury,vision test,hearing test,counselling,physical exam}')) || ' ' || n
    recordDate = created - interval '2 hours'
    followUpDate = CASE WHEN n % 3500 = 5 THEN created - interval '20 days' WHEN n % 6 = 0 THEN created + interval '14 days' END
    followUpRequired = n % 6 = 0
    providerNpi = CASE WHEN n % 3 = 0 THEN (1000000000 + demo.pick(n, 15, 3000))::text END
    diagnosisCode = CASE WHEN n % 5 > 0 THEN demo.word(n, 16, '{J45,E10,L20,R51,S93,R05,T78,G40,F90}') || '.' || demo.pick(n, 17, 10) END
    attachments = '{}'
    isConfidential = n % 25 = 0
    createdBy = demo.nurse(demo.record_student(n))
    updatedBy = CASE WHEN n % 4 = 0 THEN demo.nurse(demo.record_student(n)) END
    deletedAt = CASE WHEN demo.record_student(n) % 610 > 0 THEN demo.student_deleted(demo.record_student(n)) END
$$);
-- Planted: nine allergies name a health record that does not exist; the column has no foreign key.
SELECT demo.fill('allergies', 9000, $$
    @student = demo.record_student(n * 3)
    allergen = demo.word(n, 21, '{peanuts,penicillin,bee venom,latex,pollen,shellfish,milk,eggs,dust mites}')
    healthRecordId = CASE WHEN n % 1100 = 9 THEN demo.id('health_records', 900000 + n) WHEN n % 5 > 0 THEN demo.id('health_records', n * 3) END
    verifiedBy = CASE WHEN n % 2 = 0 THEN demo.nurse(demo.record_student(n * 3)) END
    createdBy = demo.nurse(demo.record_student(n * 3))
    updatedBy = CASE WHEN n % 7 = 0 THEN demo.nurse(demo.record_student(n * 3)) END
$$);
SELECT demo.fill('chronic_conditions', 4000, $$
    @student = demo.record_student(n * 7)
    healthRecordId = CASE WHEN n % 3 > 0 AND demo.record_student(n * 7) % 610 > 0 THEN demo.id('health_records', n * 7) END
    condition = demo.word(n, 22, '{asthma,type 1 diabetes,epilepsy,eczema,migraine,celiac disease,ADHD}')
    createdBy = CASE WHEN n % 9 > 0 THEN demo.nurse(demo.record_student(n * 7)) END
$$);
SELECT demo.fill('vaccinations', 20000, $$
    @student = demo.record_student(n * 2)
    healthRecordId = CASE WHEN n % 2 = 0 THEN demo.id('health_records', n * 2) END
    vaccineName = demo.word(n, 23, '{MMR,Tdap,HPV,influenza,varicella,hepatitis B,meningococcal}') || ' vaccine'
    doseNumber = 1 + demo.pick(n, 24, 4)
$$);
SELECT demo.fill('health_screenings', 9000, $$
    @student = demo.record_student(n * 4)
    healthRecordId = CASE WHEN n % 2 = 0 THEN demo.id('health_records', n * 4) END
$$);
SELECT demo.fill('growth_tracking', 7000, $$
    @student = demo.record_student(n * 5)
    healthRecordId = CASE WHEN n % 2 = 0 THEN demo.id('health_records', n * 5) END
    height = 100 + demo.pick(n, 25, 8000) / 100.0
    heightUnit = 'CM'
    weight = 18 + demo.pick(n, 26, 6000) / 100.0
    weightUnit = 'KG'
$$);
SELECT demo.fill('vital_signs', 16000, $$
    @student = demo.record_student(n * 2 + 1)
    healthRecordId = CASE WHEN n % 4 > 0 THEN demo.id('health_records', n * 2 + 1) END
    temperature = 36 + demo.pick(n, 27, 40) / 10.0
    heartRate = 60 + demo.pick(n, 28, 60)
    oxygenSaturation = 92 + demo.pick(n, 29, 8)
    bloodPressureSystolic = 95 + demo.pick(n, 30, 40)
    bloodPressureDiastolic = 55 + demo.pick(n, 31, 30)
$$);
SELECT demo.fill('immunizations', 6000, $$
    @student = demo.student(n, 131)
    cvxCode = (1 + demo.pick(n, 32, 200))::text
$$);
SELECT demo.fill('lab_results', 8000, $$
    @student = demo.student(n, 132)
    orderedById = CASE WHEN n % 9 > 0 THEN demo.nurse(demo.student(n, 132)) END
    reviewedById = CASE WHEN n % 2 = 0 THEN demo.nurse(demo.student(n, 132)) END
$$);
SELECT demo.fill('medical_history', 5000, $$
    @student = demo.student(n, 133)
    recordType = 'condition ' || demo.pick(n, 33, 400)
$$);
SELECT demo.fill('mental_health_records', 900, $$
    @student = demo.student(n, 134)
    counselorId = CASE WHEN n % 5 > 0 THEN demo.nurse(demo.student(n, 134)) END
$$);
SELECT demo.fill('treatment_plans', 2000, $$
    @student = demo.student(n, 135)
    createdById = CASE WHEN n % 8 > 0 THEN demo.nurse(demo.student(n, 135)) END
$$);
SELECT demo.fill('clinic_visits', 20000, $$
    @student = demo.visit_student(n)
    attendedById = CASE WHEN n % 12 > 0 THEN demo.nurse(demo.visit_student(n)) END
$$);
SELECT demo.fill('clinical_notes', 16000, $$
    @student = demo.visit_student(n)
    visitId = CASE WHEN n % 10 > 0 THEN demo.id('clinic_visits', n) END
    authorId = demo.nurse(demo.visit_student(n))
    amendsNoteId = CASE WHEN n % 400 = 1 AND demo.student_deleted(demo.visit_student(n + 1)) IS NULL THEN demo.id('clinical_notes', n + 1) END
$$);
SELECT demo.fill('clinical_protocols', 40, $$
    approvedById = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('academic_transcripts', 6000, $$
    @student = 1 + (n - 1) % 12000
    academicYear = (2023 + n % 3) || '-' || (2024 + n % 3)
    gpa = demo.pick(n, 34, 400) / 100.0
    importedBy = CASE WHEN n % 2 = 0 THEN demo.nurse(1 + (n - 1) % 12000) END
$$);

-- Medication
SELECT demo.fill('medications', 400, $$
    genericName = CASE WHEN n % 6 > 0 THEN demo.word(n, 41, '{albuterol,methylphenidate,ibuprofen,insulin,cetirizine,epinephrine,amoxicillin,levetiracetam}') END
    ndc = CASE WHEN n % 30 > 0 THEN lpad(n::text, 5, '0') || '-' || demo.pick(n, 42, 9999) END
$$);
-- Planted: ten courses end before they start.
SELECT demo.fill('student_medications', 6000, $$
    @student = demo.student(n, 141)
    medicationId = demo.id('medications', 1 + demo.pick(n, 142, 400))
    startDate = created
    endDate = CASE WHEN n % 650 = 3 THEN created - interval '9 days' WHEN n % 3 > 0 THEN created + interval '90 days' END
    createdBy = CASE WHEN n % 10 > 0 THEN demo.nurse(demo.student(n, 141)) END
$$);
-- Planted: "legacyBatchId" is never filled.
SELECT demo.fill('medication_logs', 60000, $$
    @student = demo.student(1 + n % 6000, 141)
    medicationId = demo.id('medications', 1 + demo.pick(1 + n % 6000, 142, 400))
    studentMedicationId = CASE WHEN n % 50 > 0 THEN demo.id('student_medications', 1 + n % 6000) END
    dosageUnit = demo.word(n, 43, '{mg,ml,puffs,tablets}')
    administeredBy = CASE WHEN n % 30 > 0 THEN demo.nurse(demo.student(1 + n % 6000, 141)) END
    witnessId = CASE WHEN n % 20 = 0 THEN demo.nurse(demo.student(1 + n % 6000, 141)) END
    status = CASE WHEN n % 11 = 0 THEN 'MISSED' WHEN n % 37 = 0 THEN 'REFUSED' WHEN n % 97 = 0 THEN 'PENDING' WHEN n % 1013 > 0 THEN 'ADMINISTERED' END
    sideEffects = CASE WHEN n % 40 = 0 THEN demo.sentence(n, 44) END
    deviceId = CASE WHEN n % 3 > 0 THEN md5('device' || n % 700)::uuid::text END
    legacyBatchId = NULL
    notes = CASE WHEN n % 9 = 0 THEN demo.sentence(n, 45) END
$$);
-- Planted: twenty prescriptions name a visit that does not exist; their foreign key is NOT VALID.
SELECT demo.fill('prescriptions', 5000, $$
    @student = demo.visit_student(n * 4)
    visitId = CASE WHEN n % 250 = 11 THEN demo.id('clinic_visits', 800000 + n) WHEN n % 3 > 0 THEN demo.id('clinic_visits', n * 4) END
    medicationId = CASE WHEN n % 10 > 0 THEN demo.id('medications', 1 + demo.pick(n, 46, 400)) END
    prescriptionNumber = 'RX' || lpad(n::text, 8, '0')
    prescriberNpi = CASE WHEN n % 6 > 0 THEN (1000000000 + demo.pick(n, 47, 3000))::text END
$$);
SELECT demo.fill('drug_catalog', 1000, $$
    rxnormCode = CASE WHEN n % 40 > 0 THEN 'RX' || n END
$$);
SELECT demo.fill('drug_interactions', 600, $$
    drug1Id = demo.id('drug_catalog', 1 + demo.pick(n, 48, 1000))
    drug2Id = demo.id('drug_catalog', 1 + demo.pick(n, 49, 1000))
$$);
SELECT demo.fill('student_drug_allergies', 1500, $$
    @student = demo.student(n, 143)
    drugId = demo.id('drug_catalog', 1 + demo.pick(n, 50, 1000))
$$);

-- Appointments
-- Planted: fifteen appointments of students that do not exist; appointments.studentId has no foreign key.
SELECT demo.fill('appointments', 30000, $$
    studentId = demo.id('students', CASE WHEN n % 2000 = 19 THEN 50000 + n ELSE demo.student(n, 151) END)
    nurseId = demo.nurse(demo.student(n, 151))
    scheduledAt = created + make_interval(days => demo.pick(n, 51, 30), hours => demo.pick(n, 52, 8))
    duration = 15 * (1 + demo.pick(n, 53, 4))
    reason = demo.sentence(n, 54)
    status = CASE WHEN n > 29000 THEN 'SCHEDULED' WHEN n % 13 = 0 THEN 'NO_SHOW' WHEN n % 11 = 0 THEN 'CANCELLED' ELSE 'COMPLETED' END
    recurringGroupId = CASE WHEN n % 15 = 0 THEN md5('group' || n % 500)::uuid END
    createdBy = CASE WHEN n % 10 > 0 THEN demo.nurse(demo.student(n, 151)) END
$$);
SELECT demo.fill('appointment_reminders', 15000, $$
    appointmentId = demo.id('appointments', 1 + demo.pick(n, 55, 30000))
$$);
SELECT demo.fill('appointment_waitlist', 500, $$
    studentId = demo.id('students', 1 + (n * 17) % 60)
    nurseId = CASE WHEN n % 4 > 0 THEN demo.nurse(1 + (n * 17) % 60) END
$$);

-- Incidents
-- Planted: nine reports spell their status otherwise than all others, and three have one that no list knows.
SELECT demo.fill('incident_reports', 4000, $$
    @student = demo.student(n, 161)
    reportedById = demo.nurse(demo.student(n, 161))
    severity = CASE WHEN n % 40 = 0 THEN 'CRITICAL' WHEN n % 15 = 0 THEN 'HIGH' WHEN n % 2 = 0 THEN 'MEDIUM' ELSE 'LOW' END
    status = CASE n % 400 WHEN 11 THEN CASE WHEN n < 3600 THEN 'Pending Review' ELSE 'CLOSED' END WHEN 12 THEN CASE WHEN n < 1200 THEN 'REOPNED' ELSE 'CLOSED' END ELSE demo.word(n, 61, '{DRAFT,PENDING_REVIEW,UNDER_INVESTIGATION,RESOLVED,CLOSED}') END
    location = demo.word(n, 62, '{playground,classroom,gym,cafeteria,hallway,bus,library}') || ' ' || demo.pick(n, 63, 60)
    createdBy = CASE WHEN n % 10 > 0 THEN demo.nurse(demo.student(n, 161)) END
    updatedBy = CASE WHEN n % 3 = 0 THEN demo.nurse(demo.student(n, 161)) END
$$);
SELECT demo.fill('witness_statements', 3000, $$
    incidentReportId = demo.id('incident_reports', n)
    verifiedBy = CASE WHEN n % 3 = 0 THEN demo.nurse(demo.student(n, 161)) END
    deletedAt = demo.student_deleted(demo.student(n, 161))
$$);

-- Communication
SELECT demo.fill('message_templates', 40, $$
    createdById = demo.id('users', n)
$$);
CREATE TABLE demo.last_message AS
SELECT demo.conversation(n) AS conversation, max(n) AS message FROM generate_series(1, 40000) AS n WHERE n % 20 > 0 GROUP BY 1;
ALTER TABLE demo.last_message ADD PRIMARY KEY (conversation);
SELECT demo.fill('conversations', 2500, $$
    name = CASE WHEN n % 5 > 0 THEN 'Care team ' || n END
    tenantId = demo.id('districts', demo.tenant(n))
    createdById = demo.staff(demo.tenant(n), n)
    lastMessageId = (SELECT demo.id('messages', message) FROM demo.last_message WHERE conversation = n)
    lastMessageAt = (SELECT demo.today() - interval '400 days' * (40001 - message) / 40000 FROM demo.last_message WHERE conversation = n)
    deletedAt = demo.conversation_deleted(n)
$$);
-- Planted: forty messages of senders who do not exist (NOT VALID), seven replies to messages that do not exist (no
-- key), and the messages of one deleted conversation in ten stay live.
SELECT demo.fill('messages', 40000, $$
    conversationId = CASE WHEN n % 20 > 0 THEN demo.id('conversations', demo.conversation(n)) END
    senderId = CASE WHEN n % 1000 = 23 THEN demo.id('users', 60000 + n) ELSE demo.staff(demo.tenant(demo.conversation(n)), n) END
    parentId = CASE WHEN n % 6500 = 29 THEN demo.id('messages', 700000 + n) WHEN n % 8 = 0 AND n > 1 THEN demo.id('messages', n - 1) END
    threadId = CASE WHEN n % 8 = 0 AND n > 1 THEN demo.id('messages', n - 1) END
    templateId = CASE WHEN n % 9 = 0 THEN demo.id('message_templates', 1 + n % 40) END
    attachments = CASE WHEN n % 30 = 0 THEN ARRAY['https://files.example.org/m/' || n] END
    deletedAt = CASE WHEN n % 20 > 0 AND demo.conversation(n) % 970 > 0 THEN demo.conversation_deleted(demo.conversation(n)) END
$$);
SELECT demo.fill('conversation_participants', 8000, $$
    conversationId = demo.id('conversations', 1 + (n - 1) % 2500)
    userId = demo.staff(demo.tenant(1 + (n - 1) % 2500), (n - 1) / 2500)
    deletedAt = demo.conversation_deleted(1 + (n - 1) % 2500)
$$);
-- Planted: five deliveries to contacts that do not exist, and no foreign key can say so.
SELECT demo.fill('message_delivery', 15000, $$
    messageId = demo.id('messages', n * 2)
    recipientType = CASE WHEN n % 4 = 0 THEN 'STUDENT' ELSE 'EMERGENCY_CONTACT' END
    recipientId = CASE WHEN n % 3000 = 1 THEN demo.id('emergency_contacts', 90000 + n) WHEN n % 4 = 0 THEN demo.id('students', 1 + n % 12000) ELSE demo.id('emergency_contacts', n) END
$$);
SELECT demo.fill('emergency_broadcasts', 60, $$
    schoolId = CASE WHEN n % 5 > 0 THEN demo.id('schools', n) END
    sentById = demo.id('users', n)
$$);
SELECT demo.fill('push_notifications', 5000, $$
    userId = demo.id('users', 1 + demo.pick(n, 71, 1200))
$$);
SELECT demo.fill('device_tokens', 2000, $$
    userId = demo.id('users', 1 + n % 1200)
    token = md5('token' || n)
    lastUsedAt = demo.today() - make_interval(mins => demo.pick(n, 72, 60000))
$$);
SELECT demo.fill('message_reactions', 4000, $$
    messageId = demo.id('messages', 1 + demo.pick(n, 73, 40000))
    userId = demo.id('users', 1 + demo.pick(n, 74, 168))
    emoji = demo.word(n, 75, '{👍,❤️,🙏,✅}')
$$);
SELECT demo.fill('message_read', 20000, $$
    messageId = demo.id('messages', n)
    userId = demo.id('users', 1 + demo.pick(n, 76, 168))
$$);

-- Compliance and audit
-- Planted: "previousValues" is never filled.
SELECT demo.fill('audit_logs', 120000, $$
    userId = CASE WHEN n % 20 > 0 THEN demo.id('users', 1 + demo.pick(n, 81, 1200)) END
    entityType = demo.word(n, 82, '{Student,HealthRecord,Medication,Appointment,IncidentReport,User}')
    entityId = CASE WHEN n % 25 > 0 THEN demo.id(demo.word(n, 82, '{students,health_records,medications,appointments,incident_reports,users}'), 1 + demo.pick(n, 83, 400)) END
    action = CASE WHEN n % 500 = 0 THEN 'EXPORT' WHEN n % 4 = 0 THEN 'UPDATE' WHEN n % 7 = 0 THEN 'CREATE' ELSE 'READ' END
    changes = CASE WHEN n % 4 = 0 THEN jsonb_build_object('field', demo.word(n, 84, '{phone,notes,grade,status}')) END
    previousValues = NULL
    newValues = CASE WHEN n % 7 = 0 THEN jsonb_build_object('n', n) END
    description = CASE WHEN n % 3 = 0 THEN demo.sentence(n, 85) END
    userAgent = CASE WHEN n % 3 > 0 THEN 'Mozilla/5.0 (X11; Linux x86_64) rv:' || demo.pick(n, 86, 40) END
    sessionId = md5('session' || n / 12)::uuid::text
    errorMessage = CASE WHEN n % 300 = 0 THEN 'permission denied' END
$$);
SELECT demo.fill('consent_forms', 6000, $$
    @student = 1 + (n * 2) % 12000
$$);
SELECT demo.fill('consent_signatures', 4000, $$
    @student = 1 + (n * 2) % 12000
    consentFormId = demo.id('consent_forms', n)
    relationship = demo.word(n, 87, '{mother,father,guardian}')
$$);
SELECT demo.fill('compliance_reports', 120, $$
    submittedBy = CASE WHEN n % 3 > 0 THEN demo.id('users', n) END
    createdById = CASE WHEN n % 10 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('compliance_checklist_items', 800, $$
    completedBy = CASE WHEN n % 2 = 0 THEN demo.id('users', 1 + n % 1200) END
    reportId = CASE WHEN n % 12 > 0 THEN demo.id('compliance_reports', 1 + n % 120) END
$$);
SELECT demo.fill('compliance_violations', 200, $$
    reportedBy = CASE WHEN n % 4 > 0 THEN demo.id('users', n) END
    reportId = CASE WHEN n % 4 > 0 THEN demo.id('compliance_reports', 1 + n % 120) END
$$);
SELECT demo.fill('policy_documents', 40, $$
    approvedById = CASE WHEN n % 4 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('policy_acknowledgments', 4000, $$
    policyId = demo.id('policy_documents', 1 + (n - 1) / 1200)
    userId = demo.id('users', 1 + (n - 1) % 1200)
$$);
SELECT demo.fill('data_retention_policies', 20, $$
    category = 'category ' || n
$$);
SELECT demo.fill('phi_disclosures', 700, $$
    @student = demo.student(n, 171)
    disclosedBy = CASE WHEN n % 10 > 0 THEN demo.nurse(demo.student(n, 171)) END
$$);
SELECT demo.fill('phi_disclosure_audits', 1500, $$
    disclosureId = demo.id('phi_disclosures', 1 + n % 700)
    performedBy = CASE WHEN n % 10 > 0 THEN demo.id('users', 1 + n % 1200) END
$$);
SELECT demo.fill('remediation_actions', 300, $$
    violationId = demo.id('compliance_violations', 1 + n % 200)
    assignedToId = CASE WHEN n % 6 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('threat_detections', 400, $$
    userId = CASE WHEN n % 3 > 0 THEN demo.id('users', n) END
$$);

-- Inventory
SELECT demo.fill('vendors', 60);
SELECT demo.fill('suppliers', 30, $$
    vendorId = CASE WHEN n % 4 > 0 THEN demo.id('vendors', n) END
$$);
-- Planted: six items have less than nothing on hand.
SELECT demo.fill('inventory_items', 800, $$
    quantityOnHand = CASE WHEN n % 130 = 7 AND n < 700 THEN -3 ELSE demo.pick(n, 95, 90) END
    sku = CASE WHEN n % 50 > 0 THEN 'SKU-' || n END
    preferredVendorId = CASE WHEN n % 5 > 0 THEN demo.id('vendors', 1 + n % 60) END
$$);
SELECT demo.fill('purchase_orders', 1200, $$
    orderNumber = 'PO-' || lpad(n::text, 6, '0')
    vendorId = demo.id('vendors', 1 + n % 60)
    createdBy = CASE WHEN n % 9 > 0 THEN demo.id('users', 1 + n % 1200) END
$$);
-- Planted: twelve movements performed by users who do not exist; performedById has no foreign key.
SELECT demo.fill('inventory_transactions', 12000, $$
    inventoryItemId = demo.id('inventory_items', 1 + demo.pick(n, 91, 800))
    performedById = CASE WHEN n % 1000 = 31 THEN demo.id('users', 80000 + n) ELSE demo.id('users', 1 + demo.pick(n, 92, 1200)) END
    purchaseOrderId = CASE WHEN n % 3 = 0 THEN demo.id('purchase_orders', 1 + demo.pick(n, 93, 1200)) END
$$);
SELECT demo.fill('maintenance_logs', 600, $$
    inventoryItemId = demo.id('inventory_items', 1 + n % 800)
    performedById = demo.id('users', n)
$$);
SELECT demo.fill('purchase_order_items', 4000, $$
    purchaseOrderId = demo.id('purchase_orders', 1 + n % 1200)
    inventoryItemId = demo.id('inventory_items', 1 + demo.pick(n, 94, 800))
$$);

-- Analytics and reporting
-- Values of 10 kB that do not compress live in the table's TOAST storage.
SELECT demo.fill('analytics_reports', 200, $$
    data = jsonb_build_object('series', (SELECT string_agg(md5(n * 1000 + i || 'series'), ',') FROM generate_series(1, 300) AS i))
    generatedById = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('health_metric_snapshots', 2000, $$
    schoolId = demo.id('schools', 1 + n % 180)
    snapshotDate = demo.today() - make_interval(days => (n / 180)::integer)
$$);
SELECT demo.fill('report_templates', 25, $$
    createdById = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('report_schedules', 40, $$
    templateId = demo.id('report_templates', 1 + n % 25)
    createdById = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('report_executions', 3000, $$
    templateId = demo.id('report_templates', 1 + (1 + n % 40) % 25)
    scheduleId = CASE WHEN n % 3 > 0 THEN demo.id('report_schedules', 1 + n % 40) END
    executedById = CASE WHEN n % 4 > 0 THEN demo.id('users', 1 + n % 1200) END
$$);

-- System configuration
SELECT demo.fill('system_config', 60, $$
    key = 'setting.' || n
$$);
SELECT demo.fill('system_configurations', 45, $$
    key = 'setting.' || n
$$);
SELECT demo.fill('configuration_history', 400, $$
    configurationId = demo.id('system_config', 1 + n % 60)
    configKey = 'setting.' || 1 + n % 60
    changedBy = demo.id('users', n)
$$);
SELECT demo.fill('licenses', 24, $$
    licenseKey = 'LIC-' || upper(md5(n::text))
    districtId = CASE WHEN n % 12 > 0 THEN demo.id('districts', n) END
$$);
SELECT demo.fill('backup_logs', 500, $$
    triggeredBy = CASE WHEN n % 3 = 0 THEN demo.id('users', n) END
    fileSize = 1000000000 + demo.pick(n, 95, 900000000)
$$);
SELECT demo.fill('performance_metrics', 50000);
SELECT demo.fill('webhooks', 15, $$
    createdBy = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('sync_state', 300, $$
    entity_type = demo.word(n, 96, '{Student,HealthRecord,Appointment}')
    entity_id = CASE WHEN n % 7 > 0 THEN demo.id(demo.word(n, 96, '{students,health_records,appointments}'), n) END
$$);
-- cache_entries is filled by the workload, after the statistics have been reset.

-- Integration and sync
SELECT demo.fill('integration_configs', 12);
-- Planted: the counter of this table has used up 93 % of its integer.
ALTER TABLE "integration_logs" ALTER COLUMN "logNumber" RESTART WITH 2000000000;
SELECT demo.fill('integration_logs', 8000, $$
    integrationId = CASE WHEN n % 9 > 0 THEN demo.id('integration_configs', 1 + n % 12) END
    integrationType = demo.word(n, 97, '{SIS,EHR,PHARMACY}')
$$);
SELECT demo.fill('sync_sessions', 500, $$
    sessionNumber = n
    configId = demo.id('integration_configs', 1 + n % 12)
    triggeredBy = CASE WHEN n % 2 = 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('sync_queue_items', 4000, $$
    sessionNumber = CASE WHEN n % 5 > 0 THEN 1 + n % 500 END
    sessionId = CASE WHEN n % 5 > 0 THEN demo.id('sync_sessions', 1 + n % 500)::text END
    userId = demo.id('users', 1 + demo.pick(n, 98, 1200))
    entityType = demo.word(n, 99, '{Student,HealthRecord,Appointment}')
    entityId = demo.id(demo.word(n, 99, '{students,health_records,appointments}'), 1 + demo.pick(n, 100, 2000))
$$);
SELECT demo.fill('sync_conflicts', 200, $$
    queueItemId = demo.id('sync_queue_items', n * 3)
    entityType = demo.word(n * 3, 99, '{Student,HealthRecord,Appointment}')
    entityId = demo.id(demo.word(n * 3, 99, '{students,health_records,appointments}'), 1 + demo.pick(n * 3, 100, 2000))
    resolvedBy = CASE WHEN n % 2 = 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('sis_sync_conflicts', 400, $$
    sessionId = demo.id('sync_sessions', 1 + n % 500)
    studentId = CASE WHEN n % 8 > 0 THEN demo.id('students', 1 + demo.pick(n, 181, 60)) END
    field = demo.word(n, 182, '{grade,address,phone,lastName}')
    resolvedBy = CASE WHEN n % 2 = 0 THEN demo.id('users', n) END
$$);

-- Alerts
SELECT demo.fill('alert_rules', 60, $$
    schoolId = CASE WHEN n % 4 > 0 THEN demo.id('schools', n) END
    createdBy = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);
SELECT demo.fill('alerts', 6000, $$
    definitionId = CASE WHEN n % 10 = 0 THEN demo.id('alert_rules', 4 * (1 + n % 15)) END
    studentId = CASE WHEN n % 3 = 0 AND demo.student(n, 183) % 61 > 0 AND demo.student(n, 183) % 1090 <> 7 THEN demo.id('students', demo.student(n, 183)) END
    userId = CASE WHEN n % 4 > 0 THEN demo.nurse(demo.student(n, 183)) END
    schoolId = CASE WHEN n % 6 > 0 THEN demo.id('schools', demo.student_school(demo.student(n, 183))) END
    acknowledgedBy = CASE WHEN n % 2 = 0 THEN demo.nurse(demo.student(n, 183)) END
$$);
SELECT demo.fill('alert_preferences', 1200, $$
    userId = demo.id('users', n)
    schoolId = CASE WHEN n % 3 = 0 THEN demo.id('schools', demo.user_school(n)) END
$$);
SELECT demo.fill('delivery_logs', 9000, $$
    alertId = demo.id('alerts', 1 + n % 6000)
    recipientId = CASE WHEN n % 10 > 0 THEN demo.nurse(demo.student(1 + n % 6000, 183)) END
$$);

-- Follow-up
SELECT demo.fill('follow_up_actions', 1500, $$
    incidentReportId = demo.id('incident_reports', n * 2)
    assignedTo = CASE WHEN n % 5 > 0 THEN demo.nurse(demo.student(n * 2, 161)) END
    completedBy = CASE WHEN n % 3 = 0 THEN demo.nurse(demo.student(n * 2, 161)) END
$$);
SELECT demo.fill('follow_up_appointments', 800, $$
    studentId = demo.id('students', demo.student(n, 135))
    treatmentPlanId = CASE WHEN n % 6 > 0 THEN demo.id('treatment_plans', n) END
    assignedNurseId = CASE WHEN n % 5 > 0 THEN demo.nurse(demo.student(n, 135)) END
$$);

-- Budget
SELECT demo.fill('budget_categories', 80, $$
    fiscalYear = 2022 + n % 4
    parentCategoryId = CASE WHEN n > 12 THEN demo.id('budget_categories', 1 + n % 12) END
$$);
SELECT demo.fill('budget_transactions', 4000, $$
    categoryId = demo.id('budget_categories', 1 + demo.pick(n, 184, 80))
    referenceType = CASE WHEN n % 3 = 0 THEN 'PurchaseOrder' END
    referenceId = CASE WHEN n % 3 = 0 THEN demo.id('purchase_orders', 1 + n % 1200) END
    createdById = CASE WHEN n % 9 > 0 THEN demo.id('users', 1 + n % 1200) END
$$);

-- Training
SELECT demo.fill('training_modules', 30, $$
    createdById = CASE WHEN n % 5 > 0 THEN demo.id('users', n) END
$$);

RESET cpu_operator_cost;
RESET jit;
SET client_min_messages = warning;
DROP SCHEMA demo CASCADE;
