using Npgsql;

namespace Commerce.Bench.Reference;

/// <summary>
/// Orders: one transaction takes stock and money and writes the order, its lines, the entry and the event, or does nothing.
/// </summary>
internal sealed class Orders(NpgsqlDataSource database)
{
    private sealed record Line(string ProductId, int Quantity, string Name, long Price, long Stock);

    public async Task<IResult> PlaceAsync(string userId, string key, OrderRequest request)
    {
        if (key.Length == 0 || request.Items.Count == 0 || request.Items.Any(item => item.Quantity <= 0)
            || request.Items.DistinctBy(item => item.ProductId).Count() != request.Items.Count)
            return Refusals.Of(400, "validation", "An order needs an Idempotency-Key and distinct products with quantities above 0.");
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var lines = await LockAsync(connection, request.Items);
        if (lines.Count < request.Items.Count)
            return Refusals.Of(404, "not-found", "A product does not exist.");
        if (lines.Find(line => line.Stock < line.Quantity) is { } scarce)
            return Refusals.Of(409, "insufficient-stock", $"Of {scarce.ProductId} {scarce.Stock} are left.");
        var order = new Order(
            Guid.CreateVersion7().ToString(), "paid",
                [.. lines.Select(line =>
                    new OrderLine(line.ProductId, line.Name, line.Price, line.Quantity, checked(line.Price * line.Quantity)))],
            lines.Sum(line => checked(line.Price * line.Quantity)), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow);
        try
        {
            if (!await WriteAsync(connection, userId, key, order))
                return Refusals.Of(409, "insufficient-balance", $"The order costs {order.TotalAmount}.");
            await transaction.CommitAsync();
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Refusals.Of(409, "idempotency-key-used", "An order with this key was placed before.");
        }
        return Results.Json(order, ReferenceJson.Default.Order, statusCode: 201);
    }

    /// <summary>The products in the order of their ids, so that two orders never wait for each other.</summary>
    private static async Task<List<Line>> LockAsync(NpgsqlConnection connection, IReadOnlyList<OrderItem> items)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {Products.ProductColumns} FROM products WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE", connection);
        command.Parameters.Add(new() { Value = items.Select(item => item.ProductId).ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<Line>(items.Count);
        while (await reader.ReadAsync())
        {
            var productId = reader.GetString(0);
            lines.Add(new(productId, items.First(item => item.ProductId == productId).Quantity, reader.GetString(1), reader.GetInt64(2),
                reader.GetInt64(3)));
        }
        return lines;
    }

    /// <summary>In one round trip; false when the balance is insufficient, and then the transaction ends without a trace.</summary>
    private static async Task<bool> WriteAsync(NpgsqlConnection connection, string userId, string key, Order order)
    {
        var id = Guid.Parse(order.OrderId);
        string[] products = [.. order.Lines.Select(line => line.ProductId)];
        int[] quantities = [.. order.Lines.Select(line => line.Quantity)];
        await using var batch = new NpgsqlBatch(connection);
        Add("UPDATE products p SET stock = p.stock - l.quantity FROM unnest($1, $2) AS l(product_id, quantity) WHERE p.product_id = "
            + "l.product_id", products, quantities);
        Add("INSERT INTO orders VALUES ($1, $2, $3, $4, $5)", id, userId, key, order.TotalAmount, order.PaidAt);
        Add("INSERT INTO order_lines SELECT $1, l.*, $2 FROM unnest($3, $4, $5, $6) AS l", id, order.PaidAt, products,
            order.Lines.Select(line => line.Name).ToArray(), order.Lines.Select(line => line.UnitPrice).ToArray(), quantities);
        Add("INSERT INTO outbox VALUES ($1, $2::jsonb)", id, System.Text.Json.JsonSerializer.Serialize(order, ReferenceJson.Default.Order));
        Add("""
            WITH paid AS (UPDATE users SET balance = balance - $2 WHERE user_id = $1 AND balance >= $2 RETURNING balance)
            INSERT INTO entries SELECT $1, $3, -$2, balance FROM paid
            """, userId, order.TotalAmount, "order-" + order.OrderId);
        await batch.ExecuteNonQueryAsync();
        return batch.BatchCommands[^1].RecordsAffected == 1;

        void Add(string sql, params object[] values)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(command);
        }
    }
}
