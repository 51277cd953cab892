using Npgsql;

namespace Commerce.Bench.Reference;

/// <summary>What is sold, with the stock at the moment of reading.</summary>
internal sealed class Products(NpgsqlDataSource database)
{
    public const string ProductColumns = "product_id, name, price, stock";
    private static readonly TimeSpan Window = TimeSpan.FromDays(3);

    /// <summary>PostgreSQL reads the CSV itself.</summary>
    public async Task<IResult> ImportAsync(Stream body)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var sent = new NpgsqlCommand("CREATE TEMP TABLE sent (LIKE products) ON COMMIT DROP", connection);
        await sent.ExecuteNonQueryAsync();
        using (var text = new StreamReader(body))
        await using (var copy = await connection.BeginTextImportAsync($"COPY sent ({ProductColumns}) FROM STDIN (FORMAT csv, HEADER)"))
            await copy.WriteAsync(await text.ReadToEndAsync());
        await using var merge = new NpgsqlCommand(
            "INSERT INTO products SELECT * FROM sent ON CONFLICT (product_id) DO UPDATE SET name = excluded.name, price = excluded.price, "
                + "stock = excluded.stock", connection);
        await merge.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return Results.Ok();
    }

    public async Task<IResult> FindAsync(string productId)
    {
        await using var command = database.CreateCommand($"SELECT {ProductColumns} FROM products WHERE product_id = $1");
        command.Parameters.Add(new() { Value = productId });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? Results.Json(Read(reader), ReferenceJson.Default.Product)
            : Refusals.Of(404, "not-found", $"There is no product {productId}.");
    }

    /// <param name="after">Id of the last product of the page before; empty for the first page.</param>
    /// <param name="limit">Most products of the page, 1 to 100.</param>
    public async Task<IResult> ListAsync(string after, int limit)
    {
        await using var command = database.CreateCommand(
            $"SELECT {ProductColumns} FROM products WHERE product_id > $1 ORDER BY product_id LIMIT $2");
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync();
        var items = new List<Product>(limit);
        while (await reader.ReadAsync())
            items.Add(Read(reader));
        return Results.Json(new ProductPage(items, items.Count == limit ? items[^1].ProductId : null), ReferenceJson.Default.ProductPage);
    }

    /// <summary>The five best sellers, counted when somebody asks.</summary>
    public async Task<IResult> TopAsync()
    {
        var now = DateTimeOffset.UtcNow;
        await using var command = database.CreateCommand("""
            SELECT l.product_id, p.name, p.price, sum(l.quantity)::bigint AS quantity, sum(l.quantity * l.unit_price)::bigint AS revenue
            FROM order_lines l JOIN products p USING (product_id) WHERE l.paid_at > $1
            GROUP BY l.product_id, p.name, p.price ORDER BY quantity DESC, revenue DESC, l.product_id LIMIT 5
            """);
        command.Parameters.Add(new() { Value = now - Window });
        await using var reader = await command.ExecuteReaderAsync();
        var items = new List<TopItem>();
        while (await reader.ReadAsync())
            items.Add(new(items.Count + 1, reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3),
                reader.GetInt64(4)));
        return Results.Json(new TopList(items, now - Window, now), ReferenceJson.Default.TopList);
    }

    private static Product Read(NpgsqlDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));
}
