"""What boto3 sends for the tutorial: run by aws_clients.rs with the endpoint as its argument."""
import sys
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

settings = dict(
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="localstack",
    aws_secret_access_key="localstack",
)

table = boto3.resource("dynamodb", **settings).Table("tasks")
with table.batch_writer() as batch:
    for n in range(60):
        batch.put_item(Item={
            "task_id": f"t{n}", "user_name": "佐藤", "start_at": Decimal(n), "title": f"仕事 {n}",
            "status": "DONE" if n % 3 else "UNDONE", "updated_at": Decimal(1_700_000_000 + n), "notified": False,
        })

page = dict(
    IndexName="status_index",
    KeyConditionExpression=Key("status").eq("DONE") & Key("updated_at").between(1_700_000_010, 1_700_000_039),
    Limit=7,
)
seen = []
while True:
    answer = table.query(**page)
    assert len(answer["Items"]) <= 7
    seen += [item["task_id"] for item in answer["Items"]]
    if "LastEvaluatedKey" not in answer:
        break
    page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
assert seen == [f"t{n}" for n in range(10, 40) if n % 3], seen

try:
    table.put_item(Item={"task_id": "t1"}, ConditionExpression=Attr("task_id").not_exists())
    raise AssertionError("the condition did not hold and the put went through")
except ClientError as e:
    assert e.response["Error"]["Code"] == "ConditionalCheckFailedException", e

s3 = boto3.client("s3", **settings)
bucket = "boto3-bucket"
s3.create_bucket(Bucket=bucket)
s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="a/日報.csv", Body="値\n".encode(), ContentType="text/csv", Metadata={"k": "v"})
head = s3.head_object(Bucket=bucket, Key="a/日報.csv")
assert head["ContentType"] == "text/csv" and head["Metadata"] == {"k": "v"}, head
assert s3.get_object(Bucket=bucket, Key="a/日報.csv", Range="bytes=0-2")["Body"].read() == "値".encode()
for n in range(5):
    s3.put_object(Bucket=bucket, Key=f"b/{n}", Body=b"x" * n)
listed = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
assert [p["Prefix"] for p in listed["CommonPrefixes"]] == ["a/", "b/"], listed
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="b/", PaginationConfig={"PageSize": 2})
assert [o["Key"] for p in pages for o in p["Contents"]] == [f"b/{n}" for n in range(5)]
s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "b/4"})
assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == b"xxxx"
try:
    s3.delete_bucket(Bucket=bucket)
    raise AssertionError("a bucket with objects was deleted")
except ClientError as e:
    assert e.response["Error"]["Code"] == "BucketNotEmpty", e
everything = [{"Key": o["Key"]} for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
s3.delete_objects(Bucket=bucket, Delete={"Objects": everything})
s3.delete_bucket(Bucket=bucket)
try:
    s3.head_bucket(Bucket=bucket)
    raise AssertionError("a deleted bucket is still there")
except ClientError as e:
    assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 404, e
print("all of it works")
