"""Which columns hold personal or health data, told from names, types and comments; no row is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.words import phrases, says, words

TEXT = ("text", "character varying", "character", "citext", "bytea", "json", "jsonb", "xml", "uuid")
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
DATES = ("date", "timestamp with time zone", "timestamp without time zone")


@dataclass(frozen=True)
class Kind:
    """One kind of sensitive data: the phrases that tell it, the types that can hold it, and how grave it is."""

    name: str
    phrases: tuple[str, ...]
    types: tuple[str, ...]
    is_grave: bool


KINDS = (
    Kind(
        "identity number",
        phrases(
            """
            ssn, social security, national id, national identifier, passport, passport number, driver
            license, drivers license, driving licence, tax id, tax number, tin, medicaid, medicare,
            insurance number, insurance id, insurance policy number, health card number, medical record num,
            medical record number, mrn, nhs number, national insurance number, nino, cpf, curp, aadhaar, pesel, bsn
            """
        ),
        (*TEXT, *NUMBERS),
        True,
    ),
    Kind(
        "credential",
        phrases(
            """
            password, passwd, pwd, passphrase, secret, private key, api key, access key, token, tokens,
            backup codes, recovery codes, security answer, pin, pin code, encryption key, credentials
            """
        ),
        (*TEXT,),
        True,
    ),
    Kind(
        "financial",
        phrases(
            """
            card number, credit card, cc number, ccnum, pan, cvv, cvc, iban, bank account, account number,
            routing number, salary, income, wage
            """
        ),
        (*TEXT, *NUMBERS),
        True,
    ),
    Kind(
        "health",
        phrases(
            """
            diagnosis, diagnoses, allergy, allergies, allergen, symptom, symptoms, blood type, blood
            pressure, blood group, heart rate, immunization, immunizations, vaccination, vaccinations,
            vaccine name, medical history, medical notes, medical condition, medical conditions, chronic
            condition, chronic conditions, disability, disabilities, mental health, health notes, treatment,
            treatment plan, prescription, icd code, icd, icd 10, lab result, lab results, pregnancy, hiv,
            vital signs, vitals, health status note, chief complaint, medications, current medications,
            dietary restrictions, adverse reaction, side effects, reaction
            """
        ),
        (*TEXT, *NUMBERS),
        True,
    ),
    Kind(
        "trace",
        phrases("ip address, mac address, device id, geolocation, gps"),
        (*TEXT, "inet", "macaddr"),
        False,
    ),
    Kind(
        "birth",
        phrases("date of birth, birth date, birthdate, birthday, dob, born on, born at, birth day"),
        (*TEXT, *DATES),
        False,
    ),
    Kind(
        "name",
        phrases(
            """
            first name, last name, full name, middle name, maiden name, surname, given name, family name,
            firstname, lastname, patient name, student name, contact name, guardian name, parent name
            """
        ),
        TEXT,
        False,
    ),
    Kind(
        "contact",
        phrases(
            """
            email, e mail, email address, phone, phone number, mobile, mobile number, telephone, home
            address, street, street address, address line, address, postal code, zip code, zip, postcode,
            fax
            """
        ),
        TEXT,
        False,
    ),
    Kind("likeness", phrases("photo, photo url, portrait, fingerprint, biometric, signature"), TEXT, False),
)
GRAVE = frozenset(kind.name for kind in KINDS if kind.is_grave)
# Whole-name readings that look sensitive and are not.
HARMLESS = phrases(
    """
    email verified, email enabled, email notifications, email template, token type, token count, tokens
    used, pin to, phone verified, health check, zip file, secret name, password policy, address type, phone
    type, email type, name format, treatment type, signature required, photo required, email sent, email
    status, email subject, max tokens, total tokens, password changed, token name
    """
)
HEALTH_TABLES = phrases(
    """
    health record, health records, medical, medication log, medication logs, student medication, student
    medications, patient medication, patient medications, allergy, allergies, chronic condition, chronic
    conditions, vaccination, vaccinations, immunization, immunizations, diagnosis, diagnoses, vital sign,
    vital signs, clinic visit, clinic visits, clinical note, clinical notes, prescription, prescriptions,
    mental health, lab result, lab results, health screening, health screenings, treatment, treatments,
    growth measurement, growth measurements, encounter, encounters, observation, observations
    """
)
FREE_TEXT = phrases(
    """
    note, notes, comment, comments, description, details, findings, observations, assessment, plan,
    instructions, subjective, objective, summary, reason, complaint, weight, height, temperature, bmi,
    dosage, dose, result, results
    """
)
PERSONS = phrases(
    """
    user, users, student, students, patient, patients, person, persons, people, contact, contacts, employee,
    employees, customer, customers, client, clients, member, members, guardian, guardians, parent, parents,
    subscriber, subscribers, staff, nurse, nurses, doctor, doctors, lead, leads, applicant, applicants,
    recipient, recipients
    """
)
_MARKS = phrases(
    "phi, pii, hipaa, gdpr, protected health information, personal data, sensitive, confidential"
)
_NO_MARKS = phrases(
    """
    no phi, not phi, non phi, no pii, not pii, non pii, not sensitive, non sensitive, case sensitive, time sensitive,
    no personal data, not personal data, not confidential, non confidential, no sensitive, without pii, without phi,
    no protected health information
    """
)
_GUARDED = phrases("encrypted, cipher, ciphertext, hash, hashed, digest, bcrypt, masked, tokenized")


@dataclass(frozen=True)
class Column:
    """What is known of a column: its place, type without modifiers, comment, and whether it is part of a key."""

    table: str
    name: str
    base_type: str
    comment: str = ""
    is_foreign_key: bool = False


def kind_of(column: Column, further: Mapping[str, str] | None = None) -> tuple[str, str] | None:
    """Return the kind of sensitive data in a column and what tells it; None when nothing does.

    ``further`` maps regular expressions, searched in ``table.column``, to kinds; they come first.
    """
    for pattern, kind in (further or {}).items():
        if re.search(pattern, f"{column.table}.{column.name}", re.IGNORECASE):
            return kind, f"the pattern {pattern!r} of the target"
    mark = says(column.comment, _MARKS)
    if mark and not says(column.comment, _NO_MARKS):
        return ("health" if mark in ("phi", "hipaa", _MARKS[4]) else "marked"), f"its comment says “{mark}”"
    if column.is_foreign_key or _is_reference(column.name) or says(column.name, HARMLESS):
        return None
    plain_type = re.sub(r"\(.*?\)|\[\]", "", column.base_type).strip()
    for one in KINDS:
        found = says(column.name, one.phrases)
        if found and plain_type in one.types:
            return one.name, f"its name says “{found}”"
    return None


def _is_reference(name: str) -> bool:
    """Tell whether a name is that of a link, a moment or a count; a national ID is sensitive by itself."""
    if says(name, ("national id", "tax id", "device id", "insurance id")):
        return False
    return words(name)[-1:] in (("id",), ("ids",), ("at",), ("count",), ("type",))


def is_health_text(column: Column) -> bool:
    """Tell whether a column takes its meaning from a table of health records: its notes, a measured value."""
    plain_type = re.sub(r"\(.*?\)|\[\]", "", column.base_type).strip()
    fits = plain_type in (*TEXT, *NUMBERS) and not column.is_foreign_key
    return fits and says(column.table, HEALTH_TABLES) is not None and says(column.name, FREE_TEXT) is not None


def is_of_person(table: str, kinds: Iterable[str]) -> bool:
    """Tell whether a table's addresses are those of persons: by its name, or by what else it holds of them.

    The telephone of a school or a supplier is no personal data.
    """
    return says(table, PERSONS) is not None or not {"contact", "trace", "financial"}.issuperset(kinds)


def protection(column: Column) -> str:
    """Return how a value is stored, as far as type and name tell: hashed or encrypted, binary, or plain."""
    if says(column.name, _GUARDED) or says(column.comment, _GUARDED):
        return "hashed or encrypted, by its name or comment"
    return "binary, may be encrypted" if column.base_type == "bytea" else f"plain {column.base_type}"
