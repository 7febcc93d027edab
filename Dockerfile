# The grader with its sandbox, for machines without bubblewrap: `autograder grade … --sandbox docker` builds and runs it.
FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/convkit
COPY pyproject.toml README.md LICENSE LICENSE-TEXT.md ./
COPY convkit convkit
COPY autograder autograder
RUN pip install --no-cache-dir '.[course,grading]'
WORKDIR /course
ENTRYPOINT ["autograder", "--course", "/course"]
