alter type {schema}.mood rename value 'sad' to 'down';
