using Npgsql;

namespace Commerce.Bench.Reference;

/// <summary>What users have to spend.</summary>
internal sealed class Balances(NpgsqlDataSource database)
{
    // One statement, so one round trip and one commit. A key that was used before changes nothing and gets what it got then.
    private const string Charge = """
        WITH before AS (SELECT balance_after FROM entries WHERE user_id = $1 AND key = $2),
        charged AS (
            INSERT INTO users AS u VALUES ($1, $3)
            ON CONFLICT (user_id) DO UPDATE SET balance = u.balance + $3 WHERE NOT EXISTS (SELECT FROM before)
            RETURNING balance),
        recorded AS (INSERT INTO entries SELECT $1, $2, $3, balance FROM charged RETURNING balance_after)
        SELECT balance_after FROM recorded UNION ALL SELECT balance_after FROM before
        """;

    public async Task<IResult> FindAsync(string userId)
    {
        await using var command = database.CreateCommand("SELECT balance FROM users WHERE user_id = $1");
        command.Parameters.Add(new() { Value = userId });
        return Results.Json(new Balance(userId, await command.ExecuteScalarAsync() as long? ?? 0), ReferenceJson.Default.Balance);
    }

    public async Task<IResult> ChargeAsync(string userId, string key, long amount)
    {
        if (key.Length == 0 || amount <= 0)
            return Refusals.Of(400, "validation", "A charge needs an Idempotency-Key and an amount above 0.");
        await using var command = database.CreateCommand(Charge);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = amount });
        try
        {
            var balance = (long)(await command.ExecuteScalarAsync())!;
            return Results.Json(new Balance(userId, balance), ReferenceJson.Default.Balance, statusCode: 201);
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The same key at the same moment: the other one has charged.
            return await FindAsync(userId);
        }
    }
}
