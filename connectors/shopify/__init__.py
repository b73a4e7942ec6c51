"""Orders and refunds of stores on Shopify."""
