# Order, Address, Card, Profile, User: rows are not bound to their owners: that takes an owner variable
# Order, Card, Profile: attributes are encrypted, and no KMS cipher is known: no KMS key is allowed
# a write whose condition fails can be answered with the whole item (ReturnValuesOnConditionCheckFailure): IAM has no key for that
data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_kms_key" "tables" {
  description             = "Encrypts the tables"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AccountAdministers"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid    = "OnlyThroughDynamoDB"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = data.aws_caller_identity.current.account_id
          }
          StringLike = {
            "kms:ViaService" = "dynamodb.*.amazonaws.com"
          }
        }
      },
    ]
  })
}

resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "user_id"
  range_key                   = "order_id"
  deletion_protection_enabled = true

  attribute {
    name = "created_at"
    type = "N"
  }

  attribute {
    name = "order_id"
    type = "S"
  }

  attribute {
    name = "status"
    type = "S"
  }

  attribute {
    name = "user_id"
    type = "S"
  }

  global_secondary_index {
    name            = "mine-index"
    hash_key        = "user_id"
    range_key       = "status"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "currency",
      "total",
    ]
  }

  global_secondary_index {
    name            = "status-index"
    hash_key        = "status"
    range_key       = "created_at"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "currency",
      "total",
    ]
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.tables.arn
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "sessions" {
  name                        = "sessions"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "token_digest"
  deletion_protection_enabled = true

  attribute {
    name = "token_digest"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.tables.arn
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "shop" {
  name                        = "shop"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  attribute {
    name = "entity"
    type = "S"
  }

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  global_secondary_index {
    name            = "entity-index"
    hash_key        = "entity"
    range_key       = "pk"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "price",
      "product_id",
      "title",
    ]
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.tables.arn
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "users" {
  name                        = "users"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "user_id"
  deletion_protection_enabled = true

  attribute {
    name = "handle"
    type = "S"
  }

  attribute {
    name = "user_id"
    type = "S"
  }

  global_secondary_index {
    name            = "handle-index"
    hash_key        = "handle"
    projection_type = "KEYS_ONLY"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.tables.arn
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_policy" "tables" {
  name_prefix = "tables-"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "OrderRead"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
          "dynamodb:Query",
        ]
        Resource = aws_dynamodb_table.orders.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "currency",
              "order_id",
              "postcode",
              "status",
              "total",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "OrderStatusIndexRead"
        Effect = "Allow"
        Action = [
          "dynamodb:Query",
        ]
        Resource = "${aws_dynamodb_table.orders.arn}/index/status-index"
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "created_at",
              "currency",
              "order_id",
              "status",
              "total",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "OrderMineIndexRead"
        Effect = "Allow"
        Action = [
          "dynamodb:Query",
        ]
        Resource = "${aws_dynamodb_table.orders.arn}/index/mine-index"
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "currency",
              "order_id",
              "status",
              "total",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "OrderWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
        ]
        Resource = aws_dynamodb_table.orders.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "created_at",
              "currency",
              "lines",
              "order_id",
              "payment_reference",
              "postcode",
              "revision",
              "status",
              "street",
              "total",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "SessionRead"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
        ]
        Resource = aws_dynamodb_table.sessions.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "expires_at",
              "role",
              "token_digest",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "SessionWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:DeleteItem",
          "dynamodb:PutItem",
        ]
        Resource = aws_dynamodb_table.sessions.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "expires_at",
              "role",
              "token_digest",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "AddressRead"
        Effect = "Allow"
        Action = [
          "dynamodb:Query",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "city",
              "entity",
              "pk",
              "postcode",
              "sk",
              "street",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "AddressWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:PutItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "city",
              "entity",
              "label",
              "pk",
              "postcode",
              "sk",
              "street",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "CardWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:PutItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "card_holder",
              "card_last_digits",
              "entity",
              "label",
              "pk",
              "sk",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "ClaimRead"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "entity",
              "pk",
              "sk",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "ClaimWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:DeleteItem",
          "dynamodb:PutItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "digest",
              "entity",
              "pk",
              "sk",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "ProductRead"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:GetItem",
          "dynamodb:Query",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "entity",
              "pk",
              "price",
              "product_id",
              "sk",
              "title",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "ProductEntityIndexRead"
        Effect = "Allow"
        Action = [
          "dynamodb:Query",
        ]
        Resource = "${aws_dynamodb_table.shop.arn}/index/entity-index"
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "entity",
              "pk",
              "price",
              "product_id",
              "sk",
              "title",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "ProductWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:PutItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "entity",
              "pk",
              "price",
              "product_id",
              "sk",
              "supplier_cost",
              "title",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "ProductDescribe"
        Effect = "Allow"
        Action = [
          "dynamodb:DescribeTable",
        ]
        Resource = aws_dynamodb_table.shop.arn
      },
      {
        Sid    = "ProfileRead"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "bio",
              "entity",
              "pk",
              "settings",
              "sk",
              "user_id",
              "website",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
    ]
  })
}

resource "aws_iam_policy" "tables2" {
  name_prefix = "tables-"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ProfileWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:PutItem",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "bio",
              "entity",
              "national_id",
              "pk",
              "settings",
              "sk",
              "user_id",
              "website",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
      {
        Sid    = "ReviewRead"
        Effect = "Allow"
        Action = [
          "dynamodb:Query",
        ]
        Resource = aws_dynamodb_table.shop.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "author",
              "comment",
              "entity",
              "pk",
              "sk",
              "stars",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "UserRead"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
          "dynamodb:Query",
          "dynamodb:Scan",
        ]
        Resource = aws_dynamodb_table.users.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "email",
              "handle",
              "password_hash",
              "phone",
              "plan",
              "role",
              "status",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "UserHandleIndexRead"
        Effect = "Allow"
        Action = [
          "dynamodb:Query",
          "dynamodb:Scan",
        ]
        Resource = "${aws_dynamodb_table.users.arn}/index/handle-index"
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "handle",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEquals = {
            "dynamodb:Select" = [
              "SPECIFIC_ATTRIBUTES",
            ]
          }
        }
      },
      {
        Sid    = "UserWrite"
        Effect = "Allow"
        Action = [
          "dynamodb:DeleteItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
        ]
        Resource = aws_dynamodb_table.users.arn
        Condition = {
          "ForAllValues:StringEquals" = {
            "dynamodb:Attributes" = [
              "created_at",
              "date_of_birth",
              "email",
              "handle",
              "password_hash",
              "phone",
              "plan",
              "reset_digest",
              "role",
              "status",
              "user_id",
            ]
          }
          Null = {
            "dynamodb:Attributes" = "false"
          }
          StringEqualsIfExists = {
            "dynamodb:ReturnValues" = [
              "NONE",
            ]
          }
        }
      },
    ]
  })
}
