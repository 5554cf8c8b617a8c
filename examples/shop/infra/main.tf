# The single table and the sessions, and the role the reports run as.

resource "aws_kms_key" "tables" {
  description         = "Encrypts the shop's tables"
  enable_key_rotation = true
}

resource "aws_dynamodb_table" "shop" { # leaks HT605: shop.national_id
  name         = "shop"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "entity"
    type = "S"
  }

  global_secondary_index {
    name               = "entity-index"
    hash_key           = "entity"
    range_key          = "pk"
    projection_type    = "INCLUDE"
    non_key_attributes = ["product_id", "title", "price"]
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_dynamodb_table" "sessions" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "token"

  attribute {
    name = "token"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.tables.arn
  }
}

data "aws_iam_policy_document" "reports" {
  statement { # leaks HT404
    effect    = "Allow"
    actions   = ["dynamodb:*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "reports" {
  name   = "shop-reports"
  policy = data.aws_iam_policy_document.reports.json
}
