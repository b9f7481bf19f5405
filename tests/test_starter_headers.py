"""Columns of real tables: headers of well-known data sets with synthetic contents."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from seqclf.starter.columns import choose_columns

ROWS = 400
WORDS = [f"w{i}" for i in range(800)]
Draw = Callable[[random.Random, int], str]


def texts(words: int) -> Draw:
    return lambda draw, row: " ".join(draw.choices(WORDS, k=max(1, round(draw.gauss(words, words / 3)))))


def one_of(*values: str) -> Draw:
    return lambda draw, row: draw.choice(values)


def kinds(count: int) -> Draw:
    return lambda draw, row: f"kind {draw.randrange(count)}"


def number(most: int) -> Draw:
    return lambda draw, row: str(draw.randrange(most))


def rarely(content: Draw, share: float) -> Draw:
    return lambda draw, row: content(draw, row) if draw.random() < share else ""


def row_number(draw: random.Random, row: int) -> str:
    return str(row)


def confidence(draw: random.Random, row: int) -> str:
    return f"{draw.random():.4f}"


def date(draw: random.Random, row: int) -> str:
    return f"2015-02-{draw.randrange(28) + 1:02d} 11:35:52 -0800"


def user(draw: random.Random, row: int) -> str:
    return f"A{draw.randrange(10**9):09d}X"


def link(draw: random.Random, row: int) -> str:
    return f"https://example.org/{row}"


FLAG = one_of("0", "0", "1")
TWO = one_of("no", "yes")
STARS = one_of("1", "2", "3", "4", "5")

TABLES: dict[str, tuple[dict[str, Draw], str, str | tuple[str, ...]]] = {
    "tweets about airlines": (
        {
            "tweet_id": number(10**9),
            "airline_sentiment": kinds(3),
            "airline_sentiment_confidence": confidence,
            "negativereason": rarely(kinds(10), 0.6),
            "negativereason_confidence": rarely(confidence, 0.7),
            "airline": kinds(6),
            "airline_sentiment_gold": rarely(kinds(3), 0.003),
            "name": user,
            "retweet_count": number(9),
            "text": texts(18),
            "tweet_created": date,
        },
        "text",
        "airline_sentiment",
    ),
    "complaints": (
        {
            "Date received": date,
            "Product": kinds(10),
            "Sub-product": rarely(kinds(30), 0.7),
            "Issue": kinds(60),
            "Consumer complaint narrative": texts(150),
            "State": kinds(40),
            "ZIP code": number(10**5),
            "Timely response?": TWO,
            "Complaint ID": row_number,
        },
        "Consumer complaint narrative",
        "Product",
    ),
    "reviews of food": (
        {
            "Id": row_number,
            "ProductId": user,
            "HelpfulnessNumerator": number(8),
            "Score": STARS,
            "Time": number(10**9),
            "Summary": texts(4),
            "Text": texts(80),
        },
        "Text",
        "Score",
    ),
    "reviews of clothes": (
        {
            "column_1": row_number,
            "Age": number(80),
            "Title": rarely(texts(3), 0.8),
            "Review Text": rarely(texts(60), 0.97),
            "Rating": STARS,
            "Recommended IND": FLAG,
        },
        "Review Text",
        "Rating",
    ),
    "news": (
        {"id": row_number, "title": texts(12), "author": user, "text": texts(400), "label": FLAG},
        "text",
        "label",
    ),
    "personalities": ({"type": kinds(16), "posts": texts(400)}, "posts", "type"),
    "tweets": (
        {"UserName": row_number, "Location": rarely(user, 0.8), "OriginalTweet": texts(30), "Sentiment": kinds(5)},
        "OriginalTweet",
        "Sentiment",
    ),
    "questions": ({"qid": user, "question_text": texts(12), "target": FLAG}, "question_text", "target"),
    "messages": ({"Category": TWO, "Message": texts(15)}, "Message", "Category"),
    "mails": (
        {"column_1": row_number, "label": TWO, "text": texts(100), "label_num": FLAG},
        "text",
        "label",
    ),
    "votes": (
        {"column_1": row_number, "count": number(3), "neither": number(4), "class": number(3), "tweet": texts(15)},
        "tweet",
        "class",
    ),
    "a page and its text": (
        {"ID": number(10**9), "Resume_str": texts(200), "Resume_html": texts(300), "Category": kinds(24)},
        "Resume_str",
        "Category",
    ),
    "reviews of apps": (
        {"reviewId": user, "userName": user, "content": texts(20), "score": STARS, "thumbsUpCount": number(200)},
        "content",
        "score",
    ),
    "tickets": (
        {
            "Ticket ID": row_number,
            "Customer Email": lambda draw, row: f"a{row}@example.org",
            "Ticket Type": kinds(5),
            "Ticket Subject": kinds(16),
            "Ticket Description": texts(50),
            "Ticket Priority": kinds(4),
        },
        "Ticket Description",
        "Ticket Type",
    ),
    "headlines": ({"article_link": link, "headline": texts(10), "is_sarcastic": FLAG}, "headline", "is_sarcastic"),
    "films": (
        {"Title": texts(3), "What happens": texts(300), "Genre": kinds(12), "Year": number(70)},
        "What happens",
        "Genre",
    ),
    "other languages": ({"Kategorie": kinds(5), "Beschreibung": texts(30), "Kunde": user}, "Beschreibung", "Kategorie"),
    "names": ({"name": user, "gender": TWO}, "name", "gender"),
    "comments": (
        {"id": user, "comment_text": texts(60), "toxic": FLAG, "obscene": FLAG, "insult": FLAG},
        "comment_text",
        ("toxic", "obscene", "insult"),
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_of_a_table_in_the_wild_are_found(name: str) -> None:
    contents, text, label = TABLES[name]
    draw = random.Random(1)
    values = {column: [content(draw, row) for row in range(ROWS)] for column, content in contents.items()}
    chosen = choose_columns("t.csv", values)
    assert (chosen.text, chosen.label) == (text, label)
