n, ok, soft, hard, latency_n, latency_sum, latency_min, latency_max, tokens_n, input_tokens, output_tokens, cost_n, cost_usd, first_at, last_at
