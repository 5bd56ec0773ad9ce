#!/usr/bin/env python3
"""Lists the sentences that a user can meet: messages, hints, help texts and meanings of codes, from the Swift sources.

usage: scripts/list-messages.py [--sample N --seed S]    a sample is the same for the same sources and seed
"""
import argparse, pathlib, random, re

LITERAL = re.compile(r'"((?:[^"\\\n]|\\\((?:[^()"]|"[^"]*"|\((?:[^()]|\([^()]*\))*\))*\)|\\.)*)"')
FOLDERS = ["Commands", "Reports", "PlanModel", "PlanJudge", "PlanGate", "PlanHistory", "PlanChecks", "PlanSLO", "GitRepository",
           "GitTransaction", "Profiles", "Attestations", "PlanEvents", "Monitoring"]


def messages():
    for folder in FOLDERS:
        for path in sorted(pathlib.Path("Sources", folder).rglob("*.swift")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if line.lstrip().startswith("//"):
                    continue
                for found in LITERAL.finditer(line):
                    text = re.sub(r"\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", "…", found.group(1)).replace('\\"', '"')
                    # A sentence has three words and a letter case; keys, paths and formats have not.
                    if len(re.findall(r"[A-Za-z]{2,}", text)) >= 3 and " " in text.strip():
                        yield f"{path}:{number}", text


parser = argparse.ArgumentParser()
parser.add_argument("--sample", type=int)
parser.add_argument("--seed", type=int, default=21)
options = parser.parse_args()
all_messages = list(messages())
if options.sample:
    all_messages = random.Random(options.seed).sample(all_messages, options.sample)
for place, text in all_messages:
    print(f"{place}\t{text}")
