"""Every word that is said to a chat model stands here, a Markdown file a prompt. The extractive answers of this version need none."""
