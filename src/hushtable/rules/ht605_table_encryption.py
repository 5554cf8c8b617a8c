"""A table with sensitive attributes is not under a key of your own.

DynamoDB encrypts every table. With a key that AWS owns, reading the table is the only right there
is: nobody can be let into the table and kept from its data, the use of the key is not logged, and
it cannot be withdrawn.

## Leaks

```yaml the default key unproven "a template is not run"
# file: app.py
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("patients")


class Patient(BaseModel):
    patient_id: str
    diagnosis: str


@app.post("/patients")
def add_patient(body: Patient):
    table.put_item(Item={"patient_id": body.patient_id, "diagnosis": body.diagnosis})
    return {"patient_id": body.patient_id}
# file: template.yaml
Resources:
  Doctors:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: doctors
      KeySchema: [{AttributeName: doctor_id, KeyType: HASH}]
      SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/clinic}
  Patients:  # leaks: diagnosis
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: patients
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: patient_id, AttributeType: S}]
      KeySchema: [{AttributeName: patient_id, KeyType: HASH}]
```

## Quiet

```yaml a customer managed key unproven "a template is not run"
# file: app.py
import boto3
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
table = boto3.resource("dynamodb").Table("patients")


class Patient(BaseModel):
    patient_id: str
    diagnosis: str


@app.post("/patients")
def add_patient(body: Patient):
    table.put_item(Item={"patient_id": body.patient_id, "diagnosis": body.diagnosis})
    return {"patient_id": body.patient_id}
# file: template.yaml
Resources:
  Doctors:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: doctors
      KeySchema: [{AttributeName: doctor_id, KeyType: HASH}]
      SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/clinic}
  Patients:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: patients
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: patient_id, AttributeType: S}]
      KeySchema: [{AttributeName: patient_id, KeyType: HASH}]
      SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/clinic}
```

## Remedy

Set a customer managed KMS key on the table, and let the service alone use it.

## Limits

Only tables that the code or its templates define are seen, and only attributes the program is seen
to write or read count as held. A table whose key cannot be told is a note. A table whose name a
Terraform variable or local gives is not matched with the program's.
"""

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Facts, TableDefinition
from hushtable.model.finding import Finding
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.sensitivity import Sensitivity
from hushtable.model.service import Attribute, Channel
from hushtable.rules.tables import sensitive_attributes
from hushtable.rules.wording import listed

RULE = RuleInfo(
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    cwe=(311, 312),
    owasp=("API8:2023",),
    classes=("S",),
)

_KEYS = {"aws-key": "the AWS managed key", "default": "a key that AWS owns"}


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every defined table that holds sensitive attributes without a customer's key."""
    seen = sensitive_attributes(facts)
    for table in facts.tables:
        if table.encryption == "customer-key":
            continue
        known = seen.get(table.name, {})
        names = sorted({*table.sensitive, *known})
        if not names:
            continue
        told = Judgement(
            place=table.place,
            message=(
                f"The table `{table.name or table.logical_name}` holds {listed(names)} under "
                f"{_KEYS.get(table.encryption, 'a key that the definition does not tell')}"
            ),
            remedy=_remedy(table),
            attributes=tuple(Attribute(table.name, tuple(name.split("."))) for name in names),
            channel=Channel.STORE,
            # The table's name keeps two tables of one template apart when lines move.
            function=table.logical_name or table.name,
            severity=Severity.LOW if table.encryption in _KEYS else Severity.NOTE,
        )
        yield replace(told, reasons=_reasons(table.name, known))


def fix(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Give the table the key that another table of the file has."""
    unsafe = "who reads the table must be allowed to use the key, and a key costs"
    for table in facts.tables:
        if table.encryption == "customer-key" and table.place.path == finding.place.path:
            yield Order("table_key", finding.place, also=(table.place,), unsafe=unsafe)
    reason = "no table of the file has a key of its own that could be used"
    raise CannotFix(reason)


def _remedy(table: TableDefinition) -> str:
    match table.language:
        case "terraform" | "hcl":
            code = "server_side_encryption { enabled = true, kms_key_arn = ... }"
        case "cdk":
            code = "encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED"
        case "cloudformation" | "sam" | "yaml" | "json":
            code = "SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: ...}"
        case _:
            code = 'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": ...}'
    return f"Give the table a customer managed key: `{code}`."


def _reasons(table: str, known: dict[str, Sensitivity]) -> tuple[str, ...]:
    return tuple(
        f"{table}.{name} is {what.category}: {what.reason}"
        for name, what in sorted(known.items())
        if what.reason
    )
