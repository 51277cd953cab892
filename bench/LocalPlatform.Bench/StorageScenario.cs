using LocalPlatform.Storage;

namespace LocalPlatform.Bench;

/// <summary>What the store below everything can do: single-row writes, each durable before it returns, and reads by key.</summary>
internal static class StorageScenario
{
    public static async Task RunAsync(TimeSpan duration, int clients)
    {
        var folder = Directory.CreateTempSubdirectory("storage-bench-");
        try
        {
            await using var database = GroupCommitDatabase.Open(
                Path.Combine(folder.FullName, "bench.db"), "CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
            var body = new byte[500];
            foreach (var concurrency in new[] { 1, clients, 16 * clients })
            {
                await Measurement.RunAsync("durable write of one row", duration, concurrency, (_, _) =>
                    database.WriteAsync(session => session.Execute("INSERT INTO rows (body) VALUES (@0)", body)));
            }
            await Measurement.RunAsync("read of one row", duration, clients, (client, i) =>
            {
                database.Read(session => session.QueryFirst(
                    "SELECT body FROM rows WHERE id = @0", reader => reader.GetBytes(0), (client * 31) + i));
                return Task.CompletedTask;
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
