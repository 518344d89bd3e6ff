"""The contract's JSON of an answer, as a JSON Schema."""

QUOTE = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "document": {"type": "string", "minLength": 1},
        "title": {"type": "string"},
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "section": {"type": "string"},
        "paragraph": {"type": "integer", "minimum": 0},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["text", "document", "title", "start", "end", "section", "paragraph", "score"],
    "additionalProperties": False,
}
USAGE = {
    "type": "object",
    "properties": {
        "input_tokens": {"type": "integer", "minimum": 0},
        "output_tokens": {"type": "integer", "minimum": 0},
        "cost": {"type": ["number", "null"]},
        "cached": {"type": "boolean"},
        "dropped_quotes": {"type": "integer", "minimum": 0},
        "dropped_sentences": {"type": "integer", "minimum": 0},
        "note": {"type": "string"},
    },
    "additionalProperties": False,
}
USAGE["required"] = list(USAGE["properties"])
ANSWER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "standalone_question": {"type": "string"},
        "answered": {"type": "boolean"},
        "answer": {"type": "string", "minLength": 1},
        "quotes": {"type": "array", "items": QUOTE},
        "nearest": {"anyOf": [QUOTE, {"type": "null"}]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "model": {"type": "string", "minLength": 1},
        "elapsed_ms": {"type": "number", "minimum": 0},
        "usage": USAGE,
    },
    "required": ["question", "standalone_question", "answered", "answer", "quotes", "nearest", "confidence", "model", "elapsed_ms"],
    "additionalProperties": False,
    "if": {"properties": {"answered": {"const": True}}},
    "then": {"properties": {"quotes": {"minItems": 1}}},
    "else": {"properties": {"quotes": {"maxItems": 0}}},
}
