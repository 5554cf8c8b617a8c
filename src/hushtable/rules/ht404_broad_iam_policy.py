"""A policy allows more of DynamoDB than the service uses.

When a service is tricked, it can do what its role can do. `dynamodb:*` adds deleting tables,
restoring backups and reading streams to what the code needs; a resource of `*` adds every other
service's tables.

## Leaks

```yaml every action on every table unproven "a policy document is not run"
Resources:
  ReaderPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow  # leaks:
            Action: dynamodb:*
            Resource: "*"
```

```hcl every action in Terraform unproven "a policy document is not run"
data "aws_iam_policy_document" "reader" {
  statement { # leaks:
    actions   = ["dynamodb:*"]
    resources = ["arn:aws:dynamodb:eu-central-1:123456789012:table/users"]
  }
}
```

## Quiet

```yaml two actions on one table unproven "a policy document is not run"
Resources:
  ReaderPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: arn:aws:dynamodb:eu-central-1:123456789012:table/users
```

```hcl two actions in Terraform unproven "a policy document is not run"
data "aws_iam_policy_document" "reader" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:Query"]
    resources = ["arn:aws:dynamodb:eu-central-1:123456789012:table/users"]
  }
}
```

## Remedy

Name the actions the code calls and the tables and indexes it calls them on. Where callers share a
table, bind rows with `dynamodb:LeadingKeys` and columns with `dynamodb:Attributes`.

## Limits

Policies made by hand, in a console or in a template language that is not read, are not seen. A
resource that is a parameter of the template is taken as narrow, and actions that a Terraform
variable, local or function gives are not looked up.
"""

from collections.abc import Iterator

from hushtable.model.facts import Access, Facts, Operation, PolicyStatement
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity
from hushtable.model.service import Channel
from hushtable.rules.wording import listed

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    cwe=(250, 732),
    owasp=("API8:2023",),
    classes=("A",),
)

_WIDE_ACTIONS = frozenset({"*", "dynamodb:*", "grant_full_access"})
_ACTIONS = {
    Operation.GET: "dynamodb:GetItem",
    Operation.BATCH_GET: "dynamodb:BatchGetItem",
    Operation.TRANSACT_GET: "dynamodb:GetItem",
    Operation.QUERY: "dynamodb:Query",
    Operation.SCAN: "dynamodb:Scan",
    Operation.PUT: "dynamodb:PutItem",
    Operation.UPDATE: "dynamodb:UpdateItem",
    Operation.DELETE: "dynamodb:DeleteItem",
    Operation.BATCH_WRITE: "dynamodb:BatchWriteItem",
}


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of every statement that allows all actions, or all tables."""
    for statement in facts.policies:
        wide = [name for name in statement.actions if name.lower() in _WIDE_ACTIONS]
        everywhere = any(_every_table(name) for name in statement.resources)
        if not wide and not (everywhere and not statement.conditions):
            continue
        said = [
            *([f"the actions {listed(wide)}"] if wide else []),
            *(["every table"] if everywhere else []),
        ]
        yield Judgement(
            place=statement.place,
            message=f"{_principal(statement)} allows {' on '.join(said)}",
            remedy=_remedy(facts, actions=bool(wide), tables=everywhere),
            channel=Channel.SOURCE,
            severity=Severity.HIGH if wide and everywhere else Severity.MEDIUM,
        )


def _every_table(resource: str) -> bool:
    """Whether an ARN pattern matches any table: `*`, or a table part that is a star."""
    return resource == "*" or (":dynamodb:" in resource and resource.endswith((":*", "table/*")))


def _principal(statement: PolicyStatement) -> str:
    return f"The policy of `{statement.principal}`" if statement.principal else "The policy"


def _remedy(facts: Facts, *, actions: bool, tables: bool) -> str:
    said = []
    if actions:
        calls = sorted({_ACTIONS[one.operation] for one in facts.accesses if _known(one)})
        said.append(f"Allow only what the code calls: {listed(calls) or 'the actions by name'}.")
    if tables:
        names = sorted({one.table for one in facts.accesses if one.table})
        said.append(f"Name the tables{f': {listed(names)}' if names else ' by their ARNs'}.")
    return " ".join(said)


def _known(access: Access) -> bool:
    return access.operation in _ACTIONS
