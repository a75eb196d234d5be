"""What a privacy officer needs: the record of processing, a summary for each DPIA, and answers to who asks.

Above ``ingest`` and ``api``, as it takes words from the pages, and erases in both.
"""
