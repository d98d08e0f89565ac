#!/usr/bin/env python3
"""Breaks template.yaml in one place at a time: check_policy.py has to see each. Run it without arguments."""
import pathlib
import unittest

import check_policy
import yaml

TEXT = pathlib.Path(__file__).with_name("template.yaml").read_text(encoding="utf-8")

# What is replaced, by what, and what the finding has to say.
BREAKS = [
    ("Action: s3:GetObject\n                Resource: !Sub ${Bucket.Arn}/${MigrationsPrefix}/*",
     "Action: s3:GetObject\n                Resource: '*'", "could be narrower"),
    ("Resource: !Sub ${Bucket.Arn}/${MigrationsPrefix}/*", "Resource: arn:aws:s3:::*", "could be narrower"),
    ("Action: s3:ListBucket\n", "Action: s3:*\n", "not one action"),
    ("CidrIp: !Ref AllowedCidr\n", "CidrIp: 0.0.0.0/0\n", "open to the world"),
    ("CidrIp: !Ref AllowedCidr2", "CidrIp: 0.0.0.0/0", "open to the world"),
    ("DestinationPrefixListId: !Ref S3PrefixListId", "CidrIp: 0.0.0.0/0", "without being asked"),
    ("CidrIp: 127.0.0.1/32", "CidrIp: 0.0.0.0/0", "another port than 443"),
    ("IpProtocol: tcp", 'IpProtocol: "-1"', "all protocols"),
    ("          SourceSecurityGroupId: !GetAtt ServiceSecurityGroup.GroupId\n",
     "          CidrIp: 10.0.0.0/8\n", "instead of a security group"),
    ('{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}', "hunter2", "not taken from a secret"),
    ("Name: DATABASE_NAME", "Name: DATABASE_PASSWORD", "in clear"),
    ("DeletionProtection: true", "DeletionProtection: false", "DeletionProtection"),
    ("RetentionInDays: !Ref LogRetentionDays", "LogGroupClass: STANDARD", "RetentionInDays"),
    ("ReadonlyRootFilesystem: true", "ReadonlyRootFilesystem: false", "can be written"),
    (r"/([89]|[12][0-9]|3[0-2])$", r"/[0-9]+$", "takes 0.0.0.0/0"),
    ("      SecurityGroupEgress:\n", "      Tags:\n", "everything outwards"),
    ("            Condition:\n              ArnEquals: { aws:PrincipalArn: !GetAtt TaskRole.Arn }\n", "",
     "anybody may do this"),
]


def findings(text):
    return list(check_policy.check(yaml.load(text, check_policy.Loader)))


class CheckPolicy(unittest.TestCase):
    def test_the_template_has_no_finding(self):
        self.assertEqual(findings(TEXT), [])

    def test_each_break_is_found(self):
        for old, new, said in BREAKS:
            with self.subTest(said, old=old):
                self.assertIn(old, TEXT)
                self.assertTrue(any(said in f for f in findings(TEXT.replace(old, new, 1))))


if __name__ == "__main__":
    unittest.main()
