using Npgsql;

namespace Commerce.Bench.Reference;

/// <summary>
/// The tables: what is had (stock, balance), why (entries, orders with their lines), and what is still to be told (outbox).
/// </summary>
internal static class Schema
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS products (
            product_id text PRIMARY KEY, name text NOT NULL, price bigint NOT NULL CHECK (price >= 0),
            stock bigint NOT NULL CHECK (stock >= 0)
        ) WITH (fillfactor = 80);
        CREATE TABLE IF NOT EXISTS users (user_id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 80);
        CREATE TABLE IF NOT EXISTS entries (
            user_id text NOT NULL, key text NOT NULL, amount bigint NOT NULL, balance_after bigint NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, key)
        );
        CREATE TABLE IF NOT EXISTS orders (
            order_id uuid PRIMARY KEY, user_id text NOT NULL, key text NOT NULL, total bigint NOT NULL, paid_at timestamptz NOT NULL,
            UNIQUE (user_id, key)
        );
        CREATE TABLE IF NOT EXISTS order_lines (
            order_id uuid NOT NULL REFERENCES orders, product_id text NOT NULL REFERENCES products, name text NOT NULL,
            unit_price bigint NOT NULL, quantity integer NOT NULL, paid_at timestamptz NOT NULL, PRIMARY KEY (order_id, product_id)
        );
        CREATE INDEX IF NOT EXISTS order_lines_by_time ON order_lines (paid_at);
        CREATE TABLE IF NOT EXISTS outbox (order_id uuid PRIMARY KEY REFERENCES orders, payload jsonb NOT NULL);
        """;

    public static async Task CreateAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Tables);
        await command.ExecuteNonQueryAsync();
    }
}
