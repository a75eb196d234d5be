"""What a privacy officer needs: the record of processing, a summary for each DPIA, and answers to who asks.

It takes words from the pages, and erases on both sides: the one part of ``api`` that may know ``ingest.lifecycle``.
"""
