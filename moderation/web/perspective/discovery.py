"""The document from which Google's clients learn where to ask, how, and for what."""

from moderation.web.perspective.failures import Content

VERSION = "v1alpha1"

_SCOPE = "https://www.googleapis.com/auth/userinfo.email"


def document(root: str) -> Content:
    """Describe the service whose address is `root`, which ends in a slash."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"commentanalyzer:{VERSION}",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": VERSION,
        "title": "Comment Analyzer",
        "description": "Scores of comments, and a way to say what people decided on them.",
        "documentationLink": root,
        "protocol": "rest",
        "rootUrl": root,
        "baseUrl": root,
        "servicePath": "",
        "basePath": "",
        "batchPath": "batch",
        "parameters": _PARAMETERS,
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "Scores a comment.", "AnalyzeComment"),
                    "suggestscore": _method(
                        "suggestscore", "Says what people decided on a comment.", "SuggestCommentScore"
                    ),
                }
            }
        },
        "schemas": {name: {"id": name, "type": "object", **rest} for name, rest in _SCHEMAS.items()},
    }


def _method(name: str, description: str, message: str) -> Content:
    path = f"{VERSION}/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "description": description,
        "httpMethod": "POST",
        "path": path,
        "flatPath": path,
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{message}Request"},
        "response": {"$ref": f"{message}Response"},
        "scopes": [_SCOPE],
    }


def _query(description: str, kind: str = "string", **more: object) -> Content:
    return {"type": kind, "location": "query", "description": description, **more}


_PARAMETERS: Content = {
    "key": _query("The site's key."),
    "alt": _query("The format of the answer: JSON.", default="json"),
    "fields": _query("Ignored."),
    "prettyPrint": _query("Ignored.", "boolean", default="true"),
    "quotaUser": _query("Ignored."),
    "callback": _query("Ignored."),
    "access_token": _query("Ignored."),
    "oauth_token": _query("Ignored."),
    "uploadType": _query("Ignored."),
    "upload_protocol": _query("Ignored."),
    "$.xgafv": _query("Ignored.", enum=["1", "2"], enumDescriptions=["v1 errors", "v2 errors"]),
}

_TEXT: Content = {"type": "string"}
_FLAG: Content = {"type": "boolean"}
_NUMBER: Content = {"type": "number", "format": "float"}
_PLACE: Content = {"type": "integer", "format": "int32"}
_TEXTS: Content = {"type": "array", "items": _TEXT}
_SCORE_TYPE: Content = {
    "type": "string",
    "enum": ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY"],
    "enumDescriptions": ["The same as PROBABILITY.", "How likely the attribute is, from 0 to 1."],
}


def _object(name: str) -> Content:
    return {"$ref": name}


def _by_attribute(name: str) -> Content:
    return {"type": "object", "additionalProperties": _object(name)}


def _list(name: str) -> Content:
    return {"type": "array", "items": _object(name)}


# What both operations read of a comment.
_OF_COMMENT: Content = {
    "comment": _object("TextEntry"),
    "context": _object("Context"),
    "languages": _TEXTS,
    "doNotStore": _FLAG,
    "clientToken": _TEXT,
    "sessionId": _TEXT,
    "communityId": _TEXT,
}

_SCHEMAS: Content = {
    "AnalyzeCommentRequest": {
        "properties": {
            **_OF_COMMENT,
            "requestedAttributes": _by_attribute("AttributeParameters"),
            "spanAnnotations": _FLAG,
            "dropUnsupportedAttributes": _FLAG,
        }
    },
    "AnalyzeCommentResponse": {
        "properties": {
            "attributeScores": _by_attribute("AttributeScores"),
            "languages": _TEXTS,
            "detectedLanguages": _TEXTS,
            "clientToken": _TEXT,
        }
    },
    "SuggestCommentScoreRequest": {
        "properties": {**_OF_COMMENT, "attributeScores": _by_attribute("AttributeScores")}
    },
    "SuggestCommentScoreResponse": {
        "properties": {"clientToken": _TEXT, "requestedLanguages": _TEXTS, "detectedLanguages": _TEXTS}
    },
    "AttributeParameters": {"properties": {"scoreType": _SCORE_TYPE, "scoreThreshold": _NUMBER}},
    "AttributeScores": {
        "properties": {"summaryScore": _object("Score"), "spanScores": _list("SpanScore")}
    },
    "SpanScore": {"properties": {"begin": _PLACE, "end": _PLACE, "score": _object("Score")}},
    "Score": {"properties": {"value": _NUMBER, "type": _SCORE_TYPE}},
    "TextEntry": {
        "properties": {
            "text": _TEXT,
            "type": {
                "type": "string",
                "enum": ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"],
                "enumDescriptions": ["The same as PLAIN_TEXT.", "Text as people read it.", "Refused."],
            },
        }
    },
    "Context": {
        "properties": {
            "entries": _list("TextEntry"),
            "articleAndParentComment": _object("ArticleAndParentComment"),
        }
    },
    "ArticleAndParentComment": {
        "properties": {"article": _object("TextEntry"), "parentComment": _object("TextEntry")}
    },
}
