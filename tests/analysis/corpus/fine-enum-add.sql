alter type {schema}.mood add value if not exists 'calm';
